/*
 * opinion: a signal from its first word to its assessment (S-066 加强舆情监测).
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "hotline.pb-c.h"
#include "incident.pb-c.h"
#include "kit/directory.h"
#include "opinion/opinion.h"

enum { HOUR_LENGTH = 13 }; /* 2023-01-18T09 */
enum { MOST_TERMS = 1000, LONGEST_WORD = 60, SHORTEST_HASH = 16, LONGEST_HASH = 128 };

typedef OpinionRows__Lexicon Lexicon;
typedef OpinionRows__Term Term;

/* ---- sources and words ----------------------------------------------------------------------- */

int on_define_source(struct turn *turn, const void *message)
{
    const Opinion__DefineSource *define = message;

    if (!opinion_office(turn))
        return turn->outcome;
    if (!turn_is_id(define->source) || define->kind[0] == '\0')
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a source has an id and a kind");
    OpinionRows__Source *row = turn_edit(turn, SOURCES, define->source);
    row->kind = define->kind;
    row->name = define->name;
    Opinion__SourceDefined event = { IS(opinion__source_defined), .source = define->source,
                                     .kind = define->kind };
    return turn_emit(turn, "dqb", &event.base);
}

/* A group is part of a fingerprint. */
static bool is_group(const char *group)
{
    return group[0] != '\0' && strlen(group) <= LONGEST_WORD && strpbrk(group, "/|") == NULL;
}

static Term *term_of(struct turn *turn, const Opinion__LexiconRow *row)
{
    Term *term = turn_array(turn, 1, sizeof(*term));
    const char *plain = opinion_plain(turn, row->term);

    if (term == NULL)
        return NULL;
    if (plain[0] == '\0' || strlen(plain) > LONGEST_WORD || !is_group(row->group)
        || opinion_grade_name((int32_t)row->grade_hint)[0] == '\0') {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a word has a group, and a hint I to IV");
        return NULL;
    }
    opinion_rows__term__init(term);
    term->term = row->term;
    term->plain = plain;
    term->group = row->group;
    term->grade_hint = (int32_t)row->grade_hint;
    return term;
}

int on_publish_lexicon(struct turn *turn, const void *message)
{
    const Opinion__PublishLexicon *publish = message;

    if (!opinion_office(turn))
        return turn->outcome;
    if (!turn_is_id(publish->version) || publish->n_rows == 0 || publish->n_rows > MOST_TERMS)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a version, and words");
    Lexicon *lexicon = turn_edit(turn, LEXICON, "now");
    if (strcmp(lexicon->version, publish->version) == 0)
        return turn_refuse(turn, OPINION__REFUSAL__OLD_LEXICON, "version %s is in force",
                           publish->version);
    lexicon->version = publish->version;
    lexicon->terms = turn_array(turn, publish->n_rows, sizeof(Term *));
    lexicon->n_terms = 0;
    for (size_t i = 0; i < publish->n_rows && turn->outcome == 0; i++)
        lexicon->terms[lexicon->n_terms++] = term_of(turn, publish->rows[i]);
    Opinion__LexiconPublished event = { IS(opinion__lexicon_published), .version = publish->version,
                                        .terms = (uint32_t)lexicon->n_terms };
    return turn_emit(turn, "dqb", &event.base);
}

/* ---- submitted ------------------------------------------------------------------------------- */

/* A name in place of a hash would be a profile of somebody. */
static bool is_hash(const char *text)
{
    size_t length = strlen(text);

    for (const char *at = text; *at != '\0'; at++)
        if (!isxdigit((unsigned char)*at))
            return false;
    return length == 0 || (length >= SHORTEST_HASH && length <= LONGEST_HASH);
}

static int check(struct turn *turn, const Opinion__SubmitSignal *submit)
{
    if (!turn_is_id(submit->signal) || (submit->text[0] == '\0' && submit->url[0] == '\0')
        || submit->at_ms > turn->now_ms)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "an id, a text, a time that has been");
    if (strlen(submit->text) + strlen(submit->url) > OPINION_TEXT_BYTES)
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a text of 16 KiB at most");
    if (!turn_is_id(submit->source) || turn_load(turn, SOURCES, submit->source) == NULL)
        return turn_refuse(turn, OPINION__REFUSAL__UNKNOWN_SOURCE, "nobody has defined it");
    if (submit->place[0] != '\0' && !directory_unit(turn, submit->place))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "there is no place %s", submit->place);
    if (!is_hash(submit->author_hash))
        return turn_refuse(turn, OPINION__REFUSAL__BAD_AUTHOR, "a salted hash in hex, or nothing");
    return 0;
}

static void await_assessment(struct turn *turn, const char *id, Signal *row)
{
    Opinion__ChaseSignal chase = { IS(opinion__chase_signal), .signal = id };

    row->due_ms = directory_due(turn, "opinion.assess", "", turn->now_ms);
    turn_remind(turn, id, row->due_ms, &chase.base);
    row->list_key = turn_key(turn, "%016" PRIx64 "/%s", row->due_ms, id);
    OpinionRows__Waiting *waiting = turn_edit(turn, WAITING, row->list_key);
    waiting->signal = id;
}

static void end_waiting(struct turn *turn, const char *id, Signal *row)
{
    if (row->list_key[0] != '\0')
        turn_drop(turn, WAITING, row->list_key);
    row->list_key = "";
    turn_forget(turn, id, &opinion__chase_signal__descriptor);
}

/* What is watched for, and comes again. */
static void look_for_watch(struct turn *turn, const char *id, const Signal *row)
{
    const OpinionRows__Topic *topic = turn_load(turn, TOPICS, row->topic);

    if (topic != NULL && row->place[0] != '\0')
        opinion_hit_again(turn, topic->alert, id);
}

static int receive(struct turn *turn, const Opinion__SubmitSignal *submit, const Signal *matched)
{
    const Lexicon *lexicon = turn_load(turn, LEXICON, "now");
    Signal *row = turn_move_as(turn, SIGNALS, submit->signal, SUBMIT_SIGNAL);

    if (row == NULL)
        return turn->outcome;
    row->source = matched->source;
    row->place = matched->place;
    row->at_ms = matched->at_ms;
    row->n_hits = matched->n_hits;
    row->hits = matched->hits;
    row->grade_hint = matched->grade_hint;
    row->topic = matched->topic;
    row->fingerprint = matched->fingerprint;
    row->text = submit->text;
    row->author_hash = submit->author_hash;
    row->url = submit->url;
    row->count = 1;
    OpinionRows__Print *print = turn_edit(turn, PRINTS, row->fingerprint);
    print->signal = submit->signal;
    await_assessment(turn, submit->signal, row);
    Opinion__SignalReceived event = { IS(opinion__signal_received),
                                      .signal = submit->signal,
                                      .source = row->source,
                                      .fingerprint = row->fingerprint,
                                      .n_hits = row->n_hits,
                                      .hits = row->hits,
                                      .grade_hint = (Opinion__Grade)row->grade_hint,
                                      .place = row->place,
                                      .at_ms = row->at_ms,
                                      .due_ms = row->due_ms,
                                      .lexicon = lexicon == NULL ? "" : lexicon->version };
    return turn_emit(turn, "dqb", &event.base);
}

/* One signal, not forty: its like of the same rule, source, hour and place is counted. */
static int merge(struct turn *turn, const Opinion__SubmitSignal *submit, const Signal *matched,
                 const char *first_id)
{
    Signal *row = turn_move_as(turn, SIGNALS, submit->signal, MERGE_SIGNAL);
    Signal *first = turn_edit(turn, SIGNALS, first_id);

    if (row == NULL)
        return turn->outcome;
    row->source = matched->source;
    row->place = matched->place;
    row->at_ms = matched->at_ms;
    row->into = first_id;
    first->count++;
    Opinion__SignalMerged event = { IS(opinion__signal_merged), .signal = submit->signal,
                                    .into = first_id,           .fingerprint = matched->fingerprint,
                                    .count = first->count,      .alert = first->alert,
                                    .n_hits = matched->n_hits,  .hits = matched->hits };
    return turn_emit(turn, "dqb", &event.base);
}

int on_submit_signal(struct turn *turn, const void *message)
{
    const Opinion__SubmitSignal *submit = message;
    Signal matched = OPINION_ROWS__SIGNAL__INIT;

    if (check(turn, submit) != 0)
        return turn->outcome;
    matched.source = submit->source;
    matched.place = submit->place;
    matched.at_ms = submit->at_ms == 0 ? turn->now_ms : submit->at_ms;
    opinion_match(turn, &matched, submit->text[0] != '\0' ? submit->text : submit->url);
    const OpinionRows__Print *print = turn_load(turn, PRINTS, matched.fingerprint);
    const char *first = print == NULL ? NULL : turn_text(turn, "%s", print->signal);
    if (first == NULL)
        receive(turn, submit, &matched);
    else
        merge(turn, submit, &matched, first);
    if (turn->outcome == 0)
        look_for_watch(turn, submit->signal, &matched);
    return turn->outcome;
}

/* ---- calls of one kind ----------------------------------------------------------------------- */

/* What many people call about within the hour is said in public soon: one signal, without a caller.
 * The help itself is the hotline's and the incident's matter. */
static int make_cluster(struct turn *turn, const Hotline__CallClassified *call,
                        OpinionRows__Cluster *cluster, const char *key)
{
    const char *id =
        turn_text(turn, "calls-%llu", (unsigned long long)turn_number(turn, "clusters"));
    Signal *row = turn_move_as(turn, SIGNALS, id, SUBMIT_SIGNAL);

    if (row == NULL)
        return turn->outcome;
    cluster->signal = id;
    row->source = "hotline";
    row->place = call->place;
    row->at_ms = turn->now_ms;
    row->count = cluster->count;
    row->text = turn_text(turn, "%u calls within the hour: %s", cluster->count, call->kind);
    row->topic = turn_key(turn, "calls:%s|%s", call->kind, call->place);
    row->fingerprint = turn_key(turn, "calls:%s", key);
    await_assessment(turn, id, row);
    Opinion__SignalReceived event = { IS(opinion__signal_received), .signal = id,
                                      .source = row->source,        .fingerprint = row->fingerprint,
                                      .place = row->place,          .at_ms = row->at_ms,
                                      .due_ms = row->due_ms };
    turn_emit(turn, "dqb", &event.base);
    look_for_watch(turn, id, row);
    return turn->outcome;
}

/* Calls of the hours that are over are counted no more: each call takes a few of them away, more than
 * it can add. */
static void drop_hours(struct turn *turn, const char *hour)
{
    enum { AT_ONCE = 8 };
    struct turn_slice slice = turn_take(turn, CLUSTERS, "", "", AT_ONCE);

    for (size_t i = 0; i < slice.count && strncmp(slice.keys[i], hour, HOUR_LENGTH) < 0; i++)
        turn_drop(turn, CLUSTERS, slice.keys[i]);
}

int on_call(struct turn *turn, const void *message)
{
    const Hotline__CallClassified *call = message;
    char hour[CLOCK_TEXT_SIZE];

    if (call->nuisance || call->confidential || call->incident[0] != '\0' || !turn_is_id(call->kind)
        || !directory_unit(turn, call->place))
        return 0;
    clock_print(turn->now_ms, hour);
    const char *key = turn_key(turn, "%.*s|%s|%s", HOUR_LENGTH, hour, call->kind, call->place);
    drop_hours(turn, hour);
    OpinionRows__Cluster *cluster = turn_edit(turn, CLUSTERS, key);
    cluster->count++;
    if (cluster->signal[0] != '\0') {
        Signal *row = turn_edit(turn, SIGNALS, cluster->signal);
        row->count = cluster->count;
    } else if (cluster->count >= directory_number(turn, "opinion.cluster", "")) {
        return make_cluster(turn, call, cluster, key);
    }
    return turn->outcome;
}

/* ---- assessed -------------------------------------------------------------------------------- */

int on_chase_signal(struct turn *turn, const void *message)
{
    const Opinion__ChaseSignal *chase = message;

    if (!opinion_by_clock(turn))
        return turn->outcome;
    Signal *row = turn_move(turn, SIGNALS, chase->signal);
    if (row == NULL)
        return turn->outcome;
    Opinion__SignalOverdue event = { IS(opinion__signal_overdue), .signal = chase->signal,
                                     .due_ms = row->due_ms,
                                     .grade_hint = (Opinion__Grade)row->grade_hint,
                                     .to_post = opinion_post(turn, "dqb") };
    return turn_emit(turn, "dqb", &event.base);
}

/* Life at stake goes to whoever commands; its priority is by its type. */
static void send_incident(struct turn *turn, const Opinion__AssessSignal *assess, const char *need,
                          const char *place, const char *kind)
{
    const ProtobufCEnumValue *type =
        protobuf_c_enum_descriptor_get_value_by_name(&incident__type__descriptor, kind);
    Town__NeedSource source = TOWN__NEED_SOURCE__INIT;
    Incident__OpenIncident open = { IS(incident__open_incident),
                                    .incident = need,
                                    .type = type == NULL ? INCIDENT__TYPE__EMERGENCY
                                                         : (Incident__Type)type->value,
                                    .place = place,
                                    .person = assess->person,
                                    .reporter = turn_actor_post(turn),
                                    .facts = "read in public",
                                    .source = &source };

    source.signal = assess->signal;
    turn_send(turn, "incident", place[0] == '\0' ? "town" : place, &open.base);
}

/* S-013, N10: the need first.  P1 whatever the grade. */
static const char *send_need(struct turn *turn, const Opinion__AssessSignal *assess,
                             const char *place, const char **ret_service)
{
    Town__Category category = assess->category == TOWN__CATEGORY__CATEGORY_ABSENT
                                  ? TOWN__CATEGORY__PSYCH
                                  : assess->category;
    const char *kind = assess->kind[0] != '\0' ? assess->kind : "COMFORT";
    const ProtobufCEnumValue *name =
        protobuf_c_enum_descriptor_get_value(&town__category__descriptor, (int)category);
    const struct directory_responsibility *row =
        name == NULL ? NULL : directory_responsible(turn, name->name, kind);
    const char *need =
        assess->need[0] != '\0' ? assess->need : loop_id_of(turn, assess->signal, "n");
    Town__NeedSource source = TOWN__NEED_SOURCE__INIT;
    Town__OpenNeed open = TOWN__OPEN_NEED__INIT;

    *ret_service = row == NULL || row->service[0] == '\0' ? "care" : row->service;
    if (name == NULL || strcmp(*ret_service, "opinion") == 0) {
        turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a kind of need that helps somebody");
        return "";
    }
    if (strcmp(*ret_service, "incident") == 0) {
        send_incident(turn, assess, need, place, kind);
        return need;
    }
    source.signal = assess->signal;
    open.need = need;
    open.person = assess->person;
    open.place = place;
    open.category = category;
    open.kind = kind;
    open.priority = "P1";
    open.detail = "somebody at risk, read in public";
    open.source = &source;
    const struct turn_post post = { .service = *ret_service,
                                    .unit = place[0] == '\0' ? "town" : place,
                                    .priority = BUS__PRIORITY__P1,
                                    .message = &open.base };
    turn_post(turn, &post);
    return need;
}

/* A place that was learned is what a watch listens for, too. */
static void settle_place(struct turn *turn, Signal *row, const char *place)
{
    if (strcmp(row->place, place) != 0)
        row->topic = turn_key(turn, "%.*s|%s", (int)strcspn(row->topic, "|"), row->topic, place);
    row->place = place;
}

int on_assess_signal(struct turn *turn, const void *message)
{
    const Opinion__AssessSignal *assess = message;
    const char *service = "";
    const char *need = "";

    if (!opinion_office(turn))
        return turn->outcome;
    Signal *row = turn_move(turn, SIGNALS, assess->signal);
    if (row == NULL)
        return turn->outcome;
    const char *place = assess->place[0] != '\0' ? assess->place : row->place;
    if (place[0] != '\0' && !directory_unit(turn, place))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "there is no place %s", place);
    if (assess->person[0] != '\0' && !turn_is_id(assess->person))
        return turn_refuse(turn, TOWN__REFUSAL__BAD_FIELD, "a person is an id");
    if (assess->person_at_risk && place[0] == '\0' && assess->person[0] == '\0')
        return turn_refuse(turn, OPINION__REFUSAL__NOBODY_AT_RISK, "who, or where?");
    end_waiting(turn, assess->signal, row);
    settle_place(turn, row, place);
    if (turn->case_id[0] == '\0')
        turn_new_case(turn);
    if (assess->person_at_risk)
        need = send_need(turn, assess, place, &service);
    if (need[0] != '\0')
        row->need = need;
    Opinion__SignalAssessed event = { IS(opinion__signal_assessed),
                                      .signal = assess->signal,
                                      .person_at_risk = assess->person_at_risk,
                                      .need = need,
                                      .service = service,
                                      .alert = assess->alert,
                                      .place = place,
                                      .reason = assess->reason };
    turn_emit(turn, "dqb", &event.base);
    if (assess->alert[0] != '\0')
        opinion_link(turn, assess->signal, assess->alert);
    else if (row->alert[0] == '\0')
        opinion_erase_later(turn, "", assess->signal);
    return turn->outcome;
}

int on_dismiss_signal(struct turn *turn, const void *message)
{
    const Opinion__DismissSignal *dismiss = message;

    if (!opinion_office(turn))
        return turn->outcome;
    if (dismiss->reason[0] == '\0')
        return turn_refuse(turn, OPINION__REFUSAL__NO_REASON, "why is it nothing?");
    Signal *row = turn_move(turn, SIGNALS, dismiss->signal);
    if (row == NULL)
        return turn->outcome;
    end_waiting(turn, dismiss->signal, row);
    opinion_erase_later(turn, "", dismiss->signal);
    Opinion__SignalDismissed event = { IS(opinion__signal_dismissed), .signal = dismiss->signal,
                                       .reason = dismiss->reason };
    return turn_emit(turn, "dqb", &event.base);
}
