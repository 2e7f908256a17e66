/*
 * kit/directory_rows.h - the directory's tables, for its own files.
 */
#pragma once

#include "directory_rows.pb-c.h"
#include "kit/part.h"

enum {
    DIRECTORY_UNITS = DIRECTORY_TABLES,
    DIRECTORY_POSTS,
    DIRECTORY_UNIT_POSTS,
    DIRECTORY_STAFF,
    DIRECTORY_ABSENCES,
    DIRECTORY_ROSTERS,
    DIRECTORY_CATCHMENTS,
    DIRECTORY_CENTRES,
    DIRECTORY_RESPONSIBILITIES,
    DIRECTORY_POLICIES,
    DIRECTORY_RANGES,
    DIRECTORY_CALENDARS,
    DIRECTORY_PROVIDERS,
};
