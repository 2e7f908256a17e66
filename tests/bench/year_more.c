/*
 * What else a town does in bench-year: goods, signals and alerts, incidents, homes, benefits, and the
 * findings that the supervision office has to hear about.  Everything is said as JSON, some time
 * after what it answers.
 */
#include "year.h"
#include "year_agenda.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kit/json.h"
#include "kit/words.h"
#include "town.pb-c.h"

enum {
    MINUTE_MS = 60 * 1000,
    HOUR_MS = 60 * MINUTE_MS,
    TEXT_BYTES = 1024,
    ARENA_BYTES = 1 << 20,
    HOMES = 10,
    CLASS_DAYS = 13,
    ORDERS_PER_10000 = 122, /* people a day: 55 of 4,500 */
    SIGNALS = 12,           /* a day, whatever the size  */
    INCIDENTS = 3,
    LOT = 40, /* of each item that comes in a day, for a thousand people */
};

static const char *const items[] = { "rice", "noodles", "oil", "vegetables" };

struct more {
    struct year *year;
    const struct life *life;
    struct agenda agenda;
    struct arena arena;
    uint64_t random;
    uint64_t orders;
    uint64_t signals;
    uint64_t incidents;
    uint32_t people;
};

struct more *more_open(struct year *year, const struct life *life, uint32_t people)
{
    struct more *more = calloc(1, sizeof(*more));

    if (more == NULL)
        exit(1);
    more->year = year;
    more->life = life;
    more->people = people;
    more->random = 0x2545f4914f6cdd1du;
    arena_open(&more->arena, ARENA_BYTES);
    return more;
}

static uint32_t random_below(struct more *more, uint32_t most)
{
    more->random ^= more->random << 13;
    more->random ^= more->random >> 7;
    more->random ^= more->random << 17;
    return (uint32_t)(more->random % most);
}

/* ---- saying ---------------------------------------------------------------------------------------- */

static void say(struct more *more, const char *unit, const char *subject, const char *text)
{
    const char *dot = strchr(subject, '.');
    const char *last = strrchr(subject, '.');
    const ProtobufCMessageDescriptor *type = words_of(slice_of(subject, (size_t)(dot - subject)),
                                                      slice_of(dot + 1, (size_t)(last - dot - 1)));
    ProtobufCMessage *message;
    const char *error = "no such word";
    json_t *value = NULL;

    arena_reset(&more->arena);
    if (type == NULL || json_parse(text, strlen(text), &more->arena, &value, &error) != 0
        || json_to_message(value, type, &more->arena, &message, &error) != 0) {
        fprintf(stderr, "bench-year: %s %s: %s\n", subject, text, error);
        exit(1);
    }
    json_decref(value);
    year_say(more->year, unit, NULL, subject, message);
}

/* `unit` says it in so many minutes; ' stands for ", and `subject` is service.Message. */
static void later(struct more *more, uint64_t minutes, const char *unit, const char *subject,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

static void later(struct more *more, uint64_t minutes, const char *unit, const char *subject,
                  const char *format, ...)
{
    struct job job = { .at_ms = year_now(more->year) + minutes * MINUTE_MS };
    char text[TEXT_BYTES];
    va_list values;

    va_start(values, format);
    vsnprintf(text, sizeof(text), format, values);
    va_end(values);
    for (char *at = text; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    snprintf(job.unit, sizeof(job.unit), "%s", unit);
    snprintf(job.id, sizeof(job.id), "%s.%s", subject, unit);
    job.text = strdup(text);
    if (job.text == NULL)
        abort();
    agenda_put(&more->agenda, job);
}

uint64_t more_next(const struct more *more)
{
    return agenda_next(&more->agenda);
}

void more_do(struct more *more)
{
    while (more_next(more) <= year_now(more->year)) {
        struct job job = agenda_pop(&more->agenda);
        say(more, job.unit, job.id, job.text);
        free(job.text);
    }
}

/* ---- the beginning and each day -------------------------------------------------------------------- */

static const char *committee(const struct more *more, uint32_t number)
{
    return life_committee(more->life, number);
}

static void stock(struct more *more, uint32_t lots)
{
    uint64_t day = (uint64_t)clock_day(year_now(more->year));

    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
        later(more, 7 * 60, "dzb", "supplies.ReceiveStock",
              "{'site': 'depot', 'item': '%s', 'lot': 'k%llu', 'qty': %u}", items[i],
              (unsigned long long)day, lots * LOT * more->people / 1000);
}

void more_begin(struct more *more)
{
    for (uint32_t i = 0; i < HOMES; i++) {
        later(more, 1, "sjb", "homes.RegisterHome",
              "{'home': 'h%u', 'name': '某养老院', 'beds': 100, 'committee': '%s'}", i,
              committee(more, i * 5));
        later(more, 2, "hcz", "homes.PairHome",
              "{'home': 'h%u', 'centre': 'hcz', 'doctorPost': 'hcz.duty'}", i);
    }
    stock(more, 3);
}

static void plan_orders(struct more *more)
{
    for (uint32_t person = 0; person < more->people; person++) {
        if (random_below(more, 10000) >= ORDERS_PER_10000)
            continue;
        const char *place = committee(more, person);
        later(
            more, 8 * 60 + random_below(more, 9 * 60), place, "supplies.OpenNeed",
            "{'need': 'ys-%llu', 'person': 'p-%05u', 'place': '%s', 'category': 'LIVING', 'kind': "
            "'GOODS', 'priority': 'P3', 'goods': [{'item': '%s', 'qty': 1}]}",
            (unsigned long long)++more->orders, person, place, items[random_below(more, 4)]);
    }
}

/* Each person's class is looked at anew before it is stale (registry.stale_class). */
static void plan_classes(struct more *more)
{
    uint32_t day = (uint32_t)clock_day(year_now(more->year));

    for (uint32_t person = day % CLASS_DAYS; person < more->people; person += CLASS_DAYS)
        later(more, 8 * 60 + random_below(more, 9 * 60), committee(more, person),
              "registry.SetClass", "{'person': 'p-%05u', 'class': '%s', 'reason': 'as it was'}",
              person,
              person % 20 == 0  ? "RED"
              : person % 3 == 0 ? "YELLOW"
                                : "GREEN");
}

static void plan_trouble(struct more *more)
{
    static const char *const words[] = { "没人管独居老人", "电话打不通", "买不到药" };

    for (uint32_t i = 0; i < SIGNALS; i++)
        later(
            more, random_below(more, 24 * 60), "dqb", "opinion.SubmitSignal",
            "{'signal': 'g-%llu', 'source': 'weibo', 'place': '%s', 'text': '%s %u', 'authorHash': "
            "'5f1d0c3a9b7e42d8'}",
            (unsigned long long)++more->signals, committee(more, random_below(more, 50)),
            words[random_below(more, 3)], random_below(more, 100000));
    for (uint32_t i = 0; i < INCIDENTS; i++) {
        const char *place = committee(more, random_below(more, 50));
        later(more, random_below(more, 24 * 60), place, "incident.OpenIncident",
              "{'incident': 'yi-%llu', 'type': 'DISPUTE', 'place': '%s', 'facts': 'neighbours'}",
              (unsigned long long)++more->incidents, place);
    }
}

/* Whoever is matched is offered it in the days that follow: a benefit a month. */
static void plan_benefit(struct more *more, const struct clock_date *date)
{
    if (date->day_of_month != 3)
        return;
    later(more, 9 * 60, "swc", "benefit.DefineBenefit",
          "{'benefit': 'gift-%d-%d', 'name': '慰问', 'rule': {'categories': ['ALONE_UNCARED']},"
          " 'amountFen': 10000, 'series': 'gift-%d-%d'}",
          date->year, date->month, date->year, date->month);
    later(more, 10 * 60, "swc", "benefit.RunMatch", "{'benefit': 'gift-%d-%d'}", date->year,
          date->month);
}

void more_plan_day(struct more *more)
{
    struct clock_date date = clock_date(clock_day(year_now(more->year)));

    stock(more, 1);
    plan_orders(more);
    plan_classes(more);
    plan_trouble(more);
    plan_benefit(more, &date);
    for (uint32_t i = 0; i < HOMES; i++)
        later(more, 8 * 60 + i, committee(more, i * 5), "homes.SubmitDailyReport",
              "{'home': 'h%u', 'date': '%04d-%02d-%02d', 'residents': 80, 'staff': 20}", i,
              date.year, date.month, date.day_of_month);
}

/* ---- what answers what ------------------------------------------------------------------------------ */

struct heard {
    struct more *more;
    const ProtobufCMessage *message;
};

static const char *field(const struct heard *heard, const char *name)
{
    const ProtobufCFieldDescriptor *found =
        protobuf_c_message_descriptor_get_field_by_name(heard->message->descriptor, name);

    if (found == NULL || found->type != PROTOBUF_C_TYPE_STRING
        || found->label == PROTOBUF_C_LABEL_REPEATED)
        return "";
    return *(const char *const *)(const void *)((const uint8_t *)heard->message + found->offset);
}

static void on_line_requested(const struct heard *heard)
{
    later(heard->more, 30, "dzb", "supplies.ApproveLine", "{'line': '%s'}", field(heard, "line"));
}

/* The next contact with the person confirms what was delivered. */
static void on_line_allocated(const struct heard *heard)
{
    struct more *more = heard->more;
    const char *line = field(heard, "line");

    later(more, 60, "dzb", "supplies.Pick", "{'delivery': 'd-%s', 'lines': ['%s'], 'van': 'van1'}",
          line, line);
    later(more, 70, "dzb", "supplies.SendOut", "{'delivery': 'd-%s'}", line);
    later(more, 180, "dzb", "supplies.Deliver", "{'delivery': 'd-%s', 'proof': {'who': '%s'}}",
          line, field(heard, "person"));
}

static void on_signal_received(const struct heard *heard)
{
    struct more *more = heard->more;
    const char *signal = field(heard, "signal");

    switch (random_below(more, 3)) {
    case 0:
        later(more, 20, "dqb", "opinion.AssessSignal",
              "{'signal': '%s', 'personAtRisk': true, 'category': 'MEDICAL', 'kind': 'MEDICINE',"
              " 'reason': 'without medicine'}",
              signal);
        break;
    case 1:
        later(more, 15, "dqb", "opinion.AssessSignal", "{'signal': '%s', 'reason': 'seen'}",
              signal);
        later(
            more, 20, "dqb", "opinion.RaiseAlert",
            "{'alert': 'al-%s', 'unit': '%s', 'place': '%s', 'signals': ['%s'], 'title': 'alone'}",
            signal, field(heard, "place"), field(heard, "place"), signal);
        break;
    default:
        later(more, 20, "dqb", "opinion.DismissSignal", "{'signal': '%s', 'reason': 'old'}",
              signal);
    }
}

/* The watch ends by itself. */
static void on_alert_raised(const struct heard *heard)
{
    struct more *more = heard->more;
    const char *alert = field(heard, "alert");

    later(more, 10, "dqb", "opinion.GradeAlert", "{'alert': '%s', 'grade': 'IV', 'reason': 'one'}",
          alert);
    later(more, 20 * 60, "dqb", "opinion.PublishAnswer",
          "{'alert': '%s', 'text': 'somebody comes each day', 'channel': 'wechat', 'deedRef': 'n'}",
          alert);
}

static void on_incident_opened(const struct heard *heard)
{
    struct more *more = heard->more;
    const char *incident = field(heard, "incident");

    later(more, 3, "pab", "incident.ConfirmIncident", "{'incident': '%s'}", incident);
    later(more, 5, "pab", "incident.GradeIncident",
          "{'incident': '%s', 'grade': 4, 'reason': 'small'}", incident);
    later(more, 6, "pab", "incident.TakeCommand", "{'incident': '%s', 'post': 'pab.duty'}",
          incident);
    later(more, 8, "pab", "incident.ReportUpward", "{'incident': '%s', 'to': 'lgo'}", incident);
    later(more, 30, "pab", "incident.ReportSituation",
          "{'incident': '%s', 'text': 'they talk again'}", incident);
    later(more, 240, "pab", "incident.ControlIncident",
          "{'incident': '%s', 'result': 'SETTLED', 'text': 'settled'}", incident);
    later(more, 2 * 24 * 60, "pab", "incident.CloseIncident", "{'incident': '%s'}", incident);
    later(more, 2 * 24 * 60 + 60, "pab", "incident.ReviewIncident",
          "{'incident': '%s', 'lessons': 'sooner'}", incident);
}

static void on_guidance_due(const struct heard *heard)
{
    later(heard->more, 120, field(heard, "centre"), "homes.RecordGuidance",
          "{'home': '%s', 'by': '%s.duty', 'findings': 'all well'}", field(heard, "home"),
          field(heard, "centre"));
}

static void on_match_proposed(const struct heard *heard)
{
    struct more *more = heard->more;
    const char *match = field(heard, "match");
    uint64_t minutes = 60 + random_below(more, 20 * 24 * 60);

    later(more, minutes, "swc", "benefit.ScreenMatch", "{'match': '%s', 'screening': 'KEEP'}",
          match);
    later(more, minutes + 10, "swc", "benefit.OfferMatch", "{'match': '%s'}", match);
}

static void on_match_offered(const struct heard *heard)
{
    struct more *more = heard->more;
    const char *match = field(heard, "match");
    const char *via = field(heard, "via_unit");

    later(more, 5 * 60, via, "benefit.AnswerOffer", "{'match': '%s', 'answer': 'ACCEPTED'}", match);
    later(more, 6 * 60, via, "benefit.Apply", "{'match': '%s'}", match);
    later(more, 9 * 60, "swc", "benefit.DecideApplication",
          "{'match': '%s', 'decision': 'APPROVE'}", match);
    later(more, 30 * 60, via, "benefit.DeliverBenefit", "{'match': '%s', 'proof': 'receipt'}",
          match);
    later(more, 50 * 60, "swc", "benefit.ConfirmBenefit", "{'match': '%s'}", match);
}

static void on_finding_opened(const struct heard *heard)
{
    struct more *more = heard->more;
    const char *finding = field(heard, "finding");

    later(more, 4 * 60, field(heard, "unit"), "supervision.ExplainFinding",
          "{'finding': '%s', 'text': 'too few hands'}", finding);
    later(more, 26 * 60, "jcb", "supervision.CloseFinding", "{'finding': '%s', 'text': 'heard'}",
          finding);
}

void more_hear(struct more *more, const struct stored *stored)
{
    static const struct {
        const char *subject;
        void (*answer)(const struct heard *heard);
    } answers[] = {
        { "supplies.LineRequested.", on_line_requested },
        { "supplies.LineAllocated.", on_line_allocated },
        { "opinion.SignalReceived.", on_signal_received },
        { "opinion.AlertRaised.", on_alert_raised },
        { "incident.IncidentOpened.", on_incident_opened },
        { "homes.GuidanceDue.", on_guidance_due },
        { "benefit.MatchProposed.", on_match_proposed },
        { "benefit.MatchOffered.", on_match_offered },
        { "supervision.FindingOpened.", on_finding_opened },
    };
    struct slice subject = stored->envelope.subject;
    struct slice body = stored->envelope.body;

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        size_t length = strlen(answers[i].subject);
        if (subject.size < length || memcmp(subject.data, answers[i].subject, length) != 0)
            continue;
        const char *dot = strchr(answers[i].subject, '.');
        struct heard heard = { .more = more };
        ProtobufCMessage *message = protobuf_c_message_unpack(
            words_of(slice_of(answers[i].subject, (size_t)(dot - answers[i].subject)),
                     slice_of(dot + 1, strlen(dot + 1) - 1)),
            NULL, body.size, body.data);
        if (message == NULL)
            return;
        heard.message = message;
        answers[i].answer(&heard);
        protobuf_c_message_free_unpacked(message, NULL);
    }
}
