/*
 * stories/sheet.h - a committee's sheet on its way onto the roster: begun, filled, taken a step on.
 */
#pragma once

#include <string.h>

#include "stories/roster.h"

static inline void start(struct story *story, const char *batch, const char *hash)
{
    story_say(story, C41, "registry.StartImport." C41,
              "{'batch': '%s', 'fileHash': '%s', 'committee': '" C41 "',"
              " 'headerMap': ['姓名=名字', '身份证号=身份证号', '电话=手机', '住址=地址',"
              " '类别=类别', '备注=备注']}",
              batch, hash);
}

static inline void add(struct story *story, const char *batch, const char *rows)
{
    story_say(story, C41, "registry.AddImportRows." C41, "{'batch': '%s', 'rows': [%s]}", batch,
              rows);
}

static inline void step(struct story *story, const char *what, const char *batch)
{
    char subject[64];

    snprintf(subject, sizeof(subject), "registry.%s." C41, what);
    story_say(story, C41, subject, "{'batch': '%s'}", batch);
}
