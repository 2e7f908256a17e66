/*
 * Every message, before its command: one line of its case's timeline.  A line is where the message
 * stands and who sent it, with a few fields that say what happened and never whom it is about.
 */
#include <inttypes.h>
#include <string.h>

#include "supervision/fields.h"
#include "supervision/supervision.h"

enum {
    CASE_LINES = 2000, /* of one case: years of a life; what comes after is counted only */
    TEXT_LENGTH = 60,  /* of one field's value */
};

static const char *text_of(struct turn *turn, const ProtobufCMessage *message)
{
    static const char *const shown[] = { "kind",   "priority", "from",   "to",      "to_unit",
                                         "code",   "outcome",  "solved", "result",  "clock",
                                         "state",  "count",    "rung",   "to_post", "duty",
                                         "period", "command" };
    const char *text = "";

    for (size_t i = 0; message != NULL && i < sizeof(shown) / sizeof(shown[0]); i++) {
        const char *value = fields_text(turn, message, shown[i]);
        if (*value == '\0' || strlen(value) > TEXT_LENGTH)
            continue;
        const char *longer =
            turn_text(turn, "%s%s%s %s", text, *text == '\0' ? "" : ", ", shown[i], value);
        text = longer != NULL ? longer : text;
    }
    return text;
}

static void add_line(struct turn *turn)
{
    Case *row = turn_edit(turn, CASES, turn->case_id);

    if (row == NULL)
        return;
    if (row->messages++ == 0) {
        row->opened_ms = turn->now_ms;
        keeping_since(turn, KEPT_CASE, turn->case_id, turn->now_ms);
    }
    row->last_ms = turn->now_ms;
    row->last = turn_text(turn, "%s.%s", turn->service, turn->message);
    if (row->messages > CASE_LINES)
        return;
    Line *line = turn_edit(turn, LINES, turn_key(turn, "%s/%020" PRIu64, turn->case_id, turn->seq));
    if (line == NULL)
        return;
    line->time_ms = turn->now_ms;
    line->subject = turn_text(turn, "%s.%s.%s", turn->service, turn->message, turn->unit);
    line->post = turn_actor_post(turn);
    line->text = text_of(turn, fields_unpack(turn));
    line->id = turn->id;
}

int supervision_any(struct turn *turn)
{
    if (fields_is_id(turn->case_id))
        add_line(turn);
    duties_hear(turn);
    return turn->outcome;
}
