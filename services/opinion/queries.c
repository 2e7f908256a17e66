/*
 * opinion: questions.  The list of channels is public; texts of signals leave a trace.
 */
#include <string.h>

#include "opinion/opinion.h"

enum { MOST_ROWS = 200, USUAL_ROWS = 50, MOST_CHANNELS = 500 };

static const char may_ask[] = "dqb lgo lg jcb";

static const char *name_of(const ProtobufCEnumDescriptor *states, int state)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(states, state);

    return value == NULL ? "" : value->name;
}

/* ---- alerts ---------------------------------------------------------------------------------- */

static bool add_alert(void *context, const char *key, const void *open)
{
    struct ask_page *page = context;
    Opinion__AlertBoardAnswer *answer = page->answer;
    const char *id = ((const OpinionRows__Open *)open)->alert;
    const Alert *row = ask_load(page->ask, ALERTS, id);

    if (row == NULL)
        return true;
    if (!ask_room(page))
        return false;
    Opinion__AlertLine *line = ask_array(page->ask, 1, sizeof(*line));
    opinion__alert_line__init(line);
    line->alert = ask_text(page->ask, "%s", id);
    line->state = name_of(&opinion_rows__alert__state__descriptor, (int)row->state);
    line->grade = (Opinion__Grade)row->grade;
    line->unit = row->unit;
    line->place = row->place;
    line->title = row->title;
    line->raised_ms = row->raised_ms;
    line->ack_due_ms = row->ack_due_ms;
    line->answer_due_ms = row->answer_due_ms;
    line->briefing_due_ms = row->briefing_due_ms;
    line->watch_until_ms = row->watch_until_ms;
    line->signals = row->signals;
    line->hits_again = row->hits_again;
    line->need = row->need;
    line->case_id = row->case_id;
    answer->rows[answer->n_rows++] = line;
    ask_took(page, key, &line->base);
    return true;
}

int ask_alert_board(struct ask *ask, const void *message)
{
    const Opinion__AlertBoard *question = message;
    Opinion__AlertBoardAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct ask_page page = { .ask = ask,
                             .most = ask_limit(question->limit, USUAL_ROWS, MOST_ROWS),
                             .answer = answer };

    if (!ask_from(ask, may_ask, ""))
        return ask->outcome;
    opinion__alert_board_answer__init(answer);
    answer->rows = ask_array(ask, page.most, sizeof(answer->rows[0]));
    ask_read(&page, BOARD,
             question->grade == OPINION__GRADE__GRADE_ABSENT
                 ? ""
                 : ask_text(ask, "%d/", (int)question->grade),
             question->after, add_alert);
    answer->next = ask_next(&page);
    return ask_answer(ask, &answer->base);
}

/* ---- signals --------------------------------------------------------------------------------- */

static bool add_signal(struct ask_page *page, const char *key, const char *id)
{
    Opinion__SignalsOfAnswer *answer = page->answer;
    const Signal *row = ask_load(page->ask, SIGNALS, id);

    if (row == NULL)
        return true;
    if (!ask_room(page))
        return false;
    Opinion__SignalLine *line = ask_array(page->ask, 1, sizeof(*line));
    opinion__signal_line__init(line);
    line->signal = ask_text(page->ask, "%s", id);
    line->state = name_of(&opinion_rows__signal__state__descriptor, (int)row->state);
    line->source = row->source;
    line->place = row->place;
    line->text = row->text;
    line->n_hits = row->n_hits;
    line->hits = row->hits;
    line->count = row->count;
    line->at_ms = row->at_ms;
    line->due_ms = row->due_ms;
    line->url = row->url;
    line->erased = row->erased;
    answer->rows[answer->n_rows++] = line;
    ask_took(page, key, &line->base);
    return true;
}

static bool add_waiting(void *context, const char *key, const void *row)
{
    return add_signal(context, key, ((const OpinionRows__Waiting *)row)->signal);
}

static bool add_of_alert(void *context, const char *key, const void *row)
{
    return add_signal(context, key, ((const OpinionRows__AlertSignal *)row)->signal);
}

/* What people write in public may name somebody. */
static void leave_trace(struct ask *ask, const Opinion__SignalsOf *question)
{
    Town__Accessed *accessed = ask_array(ask, 1, sizeof(*accessed));
    const char **groups = ask_array(ask, 1, sizeof(*groups));

    town__accessed__init(accessed);
    groups[0] = "signal text";
    accessed->reader_unit = ask_actor_unit(ask);
    accessed->reader_post = ask->actor->post;
    accessed->reader_person = ask->actor->person;
    accessed->acting_for = ask->actor->acting_for;
    accessed->purpose = question->alert[0] == '\0' ? "assessment" : question->alert;
    accessed->query = "SignalsOf";
    accessed->n_field_groups = 1;
    accessed->field_groups = groups;
    accessed->result = "ok";
    ask_accessed(ask, accessed);
}

int ask_signals_of(struct ask *ask, const void *message)
{
    const Opinion__SignalsOf *question = message;
    Opinion__SignalsOfAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct ask_page page = { .ask = ask,
                             .most = ask_limit(question->limit, USUAL_ROWS, MOST_ROWS),
                             .answer = answer };

    if (!ask_from(ask, may_ask, ""))
        return ask->outcome;
    opinion__signals_of_answer__init(answer);
    answer->rows = ask_array(ask, page.most, sizeof(answer->rows[0]));
    if (question->alert[0] == '\0')
        ask_read(&page, WAITING, "", question->after, add_waiting);
    else
        ask_read(&page, ALERT_SIGNALS, ask_text(ask, "%s/", question->alert), question->after,
                 add_of_alert);
    answer->next = ask_next(&page);
    if (answer->n_rows > 0)
        leave_trace(ask, question);
    return ask_answer(ask, &answer->base);
}

/* ---- answers --------------------------------------------------------------------------------- */

static bool add_answer(void *context, const char *key, const void *stored)
{
    struct ask_page *page = context;
    Opinion__AnswerLibraryAnswer *answer = page->answer;
    const OpinionRows__Answer *row = stored;

    if (!ask_room(page))
        return false;
    Opinion__AnswerLine *line = ask_array(page->ask, 1, sizeof(*line));
    opinion__answer_line__init(line);
    line->answer = ask_text(page->ask, "%s", key);
    line->alert = ask_text(page->ask, "%.*s", (int)(strchr(key, '/') - key), key);
    line->text = row->text;
    line->channel = row->channel;
    line->deed_ref = row->deed_ref;
    line->at_ms = row->at_ms;
    line->grade = (Opinion__Grade)row->grade;
    line->briefing = row->briefing;
    answer->rows[answer->n_rows++] = line;
    ask_took(page, key, &line->base);
    return true;
}

int ask_answer_library(struct ask *ask, const void *message)
{
    const Opinion__AnswerLibrary *question = message;
    Opinion__AnswerLibraryAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct ask_page page = { .ask = ask,
                             .most = ask_limit(question->limit, USUAL_ROWS, MOST_ROWS),
                             .answer = answer };

    if (!ask_from(ask, may_ask, ""))
        return ask->outcome;
    opinion__answer_library_answer__init(answer);
    answer->rows = ask_array(ask, page.most, sizeof(answer->rows[0]));
    ask_read(&page, ANSWERS,
             question->alert[0] == '\0' ? "" : ask_text(ask, "%s/", question->alert),
             question->after, add_answer);
    answer->next = ask_next(&page);
    return ask_answer(ask, &answer->base);
}

/* ---- channels -------------------------------------------------------------------------------- */

struct channels {
    struct ask *ask;
    Opinion__ChannelListAnswer *answer;
    const Opinion__ChannelList *question;
};

/* A number that has grown old, or does not answer, is still the one that people have: it is listed,
 * with what is known of it. */
static bool is_public(const Channel *row)
{
    return row->state == OPINION_ROWS__CHANNEL__STATE__PUBLISHED
           || (row->state == OPINION_ROWS__CHANNEL__STATE__STALE && row->n_where > 0);
}

static bool add_channel(void *context, const char *key, const void *stored)
{
    struct channels *list = context;
    const Channel *row = stored;

    if ((!list->question->all && !is_public(row))
        || (list->question->owner_unit[0] != '\0'
            && strcmp(list->question->owner_unit, row->owner_unit) != 0))
        return true;
    Opinion__ChannelLine *line = ask_array(list->ask, 1, sizeof(*line));
    opinion__channel_line__init(line);
    line->channel = ask_text(list->ask, "%s", key);
    line->name = row->name;
    line->name_en = row->name_en;
    line->number = row->number;
    line->hours = row->hours;
    line->owner_unit = row->owner_unit;
    line->state = name_of(&opinion_rows__channel__state__descriptor, (int)row->state);
    line->verified_at_ms = row->verified_at_ms;
    line->failed_at_ms = row->failed_at_ms;
    line->n_where = row->n_where;
    line->where = row->where;
    list->answer->rows[list->answer->n_rows++] = line;
    return list->answer->n_rows < MOST_CHANNELS;
}

/* S-003, S-0A8: public; anybody may ask. */
int ask_channel_list(struct ask *ask, const void *message)
{
    Opinion__ChannelListAnswer *answer = ask_array(ask, 1, sizeof(*answer));
    struct channels list = { .ask = ask, .answer = answer, .question = message };

    opinion__channel_list_answer__init(answer);
    answer->rows = ask_array(ask, MOST_CHANNELS, sizeof(answer->rows[0]));
    ask_each(ask, CHANNELS, "", add_channel, &list);
    return ask_answer(ask, &answer->base);
}
