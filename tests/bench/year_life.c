/*
 * The people of bench-year and the desks that look after them: what is said each day, and what is
 * answered.  Everything follows from one seed, so two runs say the same.
 */
#include "year.h"
#include "year_agenda.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "care.pb-c.h"
#include "cli/town_files.h"
#include "hotline.pb-c.h"
#include "registry.pb-c.h"
#include "town.pb-c.h"

#define IS(type) .base = PROTOBUF_C_MESSAGE_INIT(&type##__descriptor)

enum {
    COMMITTEES = 64,
    LOAD = 5, /* people a carer */
    MINUTE_MS = 60 * 1000,
    HOUR_MS = 60 * MINUTE_MS,
    CALLS_PER_10000 = 178,     /* people a day: 80 of 4,500  */
    REFERRALS_PER_10000 = 189, /* 85                         */
    NEEDS_PER_10000 = 300,     /* heard at contacts          */
    TRIES_PER_10000 = 2500,    /* a first try that fails     */
};

enum kind { CONTACT, TRY, CALL, NEED, STEP, CALL_BACK, SIGN };

struct life {
    struct year *year;
    uint32_t people;
    uint64_t random;
    char committees[COMMITTEES][16];
    uint32_t committee_count;
    struct agenda agenda;
    uint64_t calls;
    uint64_t needs;
};

/* ---- the agenda ---------------------------------------------------------------------------------- */

static void put(struct life *life, struct job job)
{
    agenda_put(&life->agenda, job);
}

uint64_t life_next(const struct life *life)
{
    return agenda_next(&life->agenda);
}

static uint32_t random_below(struct life *life, uint32_t most)
{
    life->random ^= life->random << 13;
    life->random ^= life->random >> 7;
    life->random ^= life->random << 17;
    return (uint32_t)(life->random % most);
}

/* ---- who is who ---------------------------------------------------------------------------------- */

static const char *committee_of(const struct life *life, uint32_t person)
{
    return life->committees[person % life->committee_count];
}

const char *life_committee(const struct life *life, uint32_t number)
{
    return life->committees[number % life->committee_count];
}

struct life *life_open(struct year *year, const char *folder, uint32_t people, uint64_t seed)
{
    struct life *life = calloc(1, sizeof(*life));
    const struct town_unit *units;
    const char *error;
    struct arena arena;
    uint32_t count;

    arena_open(&arena, TOWN_ARENA_BYTES);
    if (life == NULL || town_files_units(folder, &arena, &units, &count, &error) != 0) {
        fprintf(stderr, "bench-year: %s has no units\n", folder);
        exit(1);
    }
    for (uint32_t i = 0; i < count && life->committee_count < COMMITTEES; i++)
        if (strcmp(units[i].group, "vc") == 0)
            snprintf(life->committees[life->committee_count++], 16, "%s", units[i].unit);
    arena_close(&arena);
    life->year = year;
    life->people = people;
    life->random = 0x9e3779b97f4a7c15u ^ seed;
    return life;
}

static void say(struct life *life, const char *unit, const char *post, const char *service,
                const char *message, const char *about, const ProtobufCMessage *body)
{
    char subject[96];

    snprintf(subject, sizeof(subject), "%s.%s.%s", service, message, about);
    year_say(life->year, unit, post, subject, body);
}

static void add_person(struct life *life, uint32_t person)
{
    const char *committee = committee_of(life, person);
    Town__Address address = TOWN__ADDRESS__INIT;
    Town__Card card = TOWN__CARD__INIT;
    Registry__Category category = person % 3 == 0   ? REGISTRY__CATEGORY__ALONE_UNCARED
                                  : person % 3 == 1 ? REGISTRY__CATEGORY__ORPHAN_ELDER
                                                    : REGISTRY__CATEGORY__DEPENDENT;
    char id[24];
    char name[24];
    char room[24];

    snprintf(id, sizeof(id), "p-%05u", person);
    snprintf(name, sizeof(name), "居民%u", person);
    snprintf(room, sizeof(room), "%u", person);
    address.committee = committee;
    address.road = "example road";
    address.room = room;
    card.name = name;
    card.address = &address;
    Registry__Propose propose = {
        IS(registry__propose), .person = id,           .card = &card,
        .source = "year",      .committee = committee, .other_reason = ""
    };
    say(life, committee, NULL, "registry", "Propose", committee, &propose.base);
    Registry__Verify verify = { IS(registry__verify),
                                .person = id,
                                .n_categories = 1,
                                .categories = &category,
                                .basis = "notice",
                                .other_reason = "",
                                .class_ = person % 20 == 0  ? REGISTRY__CLASS__RED
                                          : person % 3 == 0 ? REGISTRY__CLASS__YELLOW
                                                            : REGISTRY__CLASS__GREEN };
    say(life, committee, NULL, "registry", "Verify", committee, &verify.base);
}

static void pair(struct life *life, uint32_t person)
{
    const char *committee = committee_of(life, person);
    uint32_t of_committee = person / life->committee_count;
    char carer[48];
    char id[24];

    snprintf(carer, sizeof(carer), "%s-v%u", committee, of_committee / LOAD);
    snprintf(id, sizeof(id), "p-%05u", person);
    if (of_committee % LOAD == 0) {
        Care__RegisterCarer carer_is = { IS(care__register_carer), .carer = carer,
                                         .kind = CARE__CARER_KIND__VOLUNTEER,
                                         .committee = committee, .programme = "" };
        say(life, committee, NULL, "care", "RegisterCarer", committee, &carer_is.base);
    }
    Care__Pair pair = { IS(care__pair), .person = id, .carer = carer, .reason = "" };
    say(life, committee, NULL, "care", "Pair", committee, &pair.base);
}

void life_begin(struct life *life)
{
    for (uint32_t person = 0; person < life->people; person++)
        add_person(life, person);
    for (uint32_t person = 0; person < life->people && year_has(life->year, "care"); person++)
        pair(life, person);
    Hotline__OpenShift shift = { IS(hotline__open_shift), .seat = "dzb.seat1", .staff = "dzb-s5",
                                 .note = "" };
    say(life, "dzb", "dzb.seat1", "hotline", "OpenShift", "dzb", &shift.base);
}

/* ---- a day --------------------------------------------------------------------------------------- */

static bool happens(struct life *life, uint32_t of_10000)
{
    return random_below(life, 10000) < of_10000;
}

static uint64_t between(struct life *life, uint64_t start_ms, uint32_t from_h, uint32_t to_h)
{
    return start_ms + (uint64_t)from_h * HOUR_MS
           + (uint64_t)random_below(life, (to_h - from_h) * 60) * MINUTE_MS;
}

void life_plan_day(struct life *life, uint64_t day_start_ms)
{
    bool cares = year_has(life->year, "care");

    for (uint32_t person = 0; person < life->people; person++) {
        uint64_t at_ms = between(life, day_start_ms, 8, 13);
        if (cares && happens(life, TRIES_PER_10000))
            put(life, (struct job){ .at_ms = at_ms - 20 * MINUTE_MS, .kind = TRY, .who = person });
        if (cares)
            put(life, (struct job){ .at_ms = at_ms, .kind = CONTACT, .who = person });
        if (happens(life, CALLS_PER_10000))
            put(life, (struct job){ .at_ms = between(life, day_start_ms, 0, 24),
                                    .kind = CALL,
                                    .who = person });
        if (happens(life, REFERRALS_PER_10000))
            put(life, (struct job){ .at_ms = between(life, day_start_ms, 8, 17),
                                    .kind = NEED,
                                    .who = person });
    }
    for (uint32_t i = 0; i < life->committee_count && cares; i++)
        put(life, (struct job){ .at_ms = day_start_ms + 20 * (uint64_t)HOUR_MS + 10 * MINUTE_MS,
                                .kind = SIGN,
                                .who = i });
}

static void do_contact(struct life *life, const struct job *job)
{
    const char *committee = committee_of(life, job->who);
    Care__AnswerGiven said[5];
    Care__AnswerGiven *answers[5];
    Care__NeedHeard need = CARE__NEED_HEARD__INIT;
    Care__NeedHeard *needs[] = { &need };
    bool heard = happens(life, NEEDS_PER_10000);
    char id[24];
    char need_id[40];

    for (size_t i = 0; i < 5; i++) {
        care__answer_given__init(&said[i]);
        said[i].question = (Care__Question)(i + 1);
        said[i].answer = CARE__ANSWER__WELL;
        answers[i] = &said[i];
    }
    snprintf(id, sizeof(id), "p-%05u", job->who);
    snprintf(need_id, sizeof(need_id), "yc-%llu", (unsigned long long)++life->needs);
    need.need = need_id;
    need.category = TOWN__CATEGORY__CARE;
    need.kind = "MEALS";
    need.priority = "P3";
    need.detail = "meals for a week";
    Care__RecordContact contact = {
        IS(care__record_contact),
        .person = id,
        .date = "",
        .outcome = heard ? CARE__OUTCOME__NEED : CARE__OUTCOME__OK,
        .first_hand = true,
        .mode = job->who % 2 == 0 ? CARE__MODE__PHONE : CARE__MODE__VISIT,
        .n_answers = 5,
        .answers = answers,
        .n_needs = heard,
        .needs = needs,
        .carer = "",
        .note = "",
        .away_kind = "",
    };
    say(life, committee, NULL, "care", "RecordContact", committee, &contact.base);
}

static void do_try(struct life *life, const struct job *job)
{
    const char *committee = committee_of(life, job->who);
    char id[24];

    snprintf(id, sizeof(id), "p-%05u", job->who);
    Care__RecordAttempt attempt = { IS(care__record_attempt),
                                    .person = id,
                                    .date = "",
                                    .mode = CARE__MODE__PHONE,
                                    .result = CARE__ATTEMPT_RESULT__NO_ANSWER,
                                    .carer = "" };
    say(life, committee, NULL, "care", "RecordAttempt", committee, &attempt.base);
}

/* Half the calls are enquiries and answered on the line; the others are a ticket with one need. */
static void do_call(struct life *life, const struct job *job)
{
    const char *committee = committee_of(life, job->who);
    Town__Card card = TOWN__CARD__INIT;
    char call[32];
    char ticket[32];
    char need[32];
    char id[24];

    snprintf(call, sizeof(call), "call-%llu", (unsigned long long)++life->calls);
    snprintf(ticket, sizeof(ticket), "t-%llu", (unsigned long long)life->calls);
    snprintf(need, sizeof(need), "yh-%llu", (unsigned long long)life->calls);
    snprintf(id, sizeof(id), "p-%05u", job->who);
    Hotline__LogCall log = { IS(hotline__log_call), .call = call,    .seat = "dzb.seat1",
                             .card = &card,         .ring_ms = 8000, .staff = "dzb-s5" };
    say(life, "dzb", "dzb.seat1", "hotline", "LogCall", "dzb", &log.base);
    Hotline__ClassifyCall classify = { IS(hotline__classify_call),
                                       .call = call,
                                       .time_ms = year_now(life->year),
                                       .cause = "asks",
                                       .course = "calls",
                                       .kind = "MEDICINE",
                                       .person = id,
                                       .place = committee };
    say(life, "dzb", "dzb.seat1", "hotline", "ClassifyCall", "dzb", &classify.base);
    if (life->calls % 2 == 0) {
        Hotline__AnswerOnline answer = { IS(hotline__answer_online), .call = call, .knowledge = "",
                                         .text = "told" };
        say(life, "dzb", "dzb.seat1", "hotline", "AnswerOnline", "dzb", &answer.base);
        return;
    }
    Hotline__Problem problem = HOTLINE__PROBLEM__INIT;
    Hotline__Problem *problems[] = { &problem };
    problem.problem = need;
    problem.service = "referral";
    problem.category = TOWN__CATEGORY__MEDICAL;
    problem.kind = "MEDICINE";
    problem.priority = "P2";
    problem.detail = "a medicine";
    Hotline__OpenTicket open = { IS(hotline__open_ticket), .ticket = ticket,     .call = call,
                                 .n_problems = 1,          .problems = problems, .person = id,
                                 .place = committee };
    say(life, "dzb", "dzb.seat1", "hotline", "OpenTicket", "dzb", &open.base);
    Hotline__SubmitTicket submit = { IS(hotline__submit_ticket), .ticket = ticket };
    say(life, "dzb", "dzb.seat1", "hotline", "SubmitTicket", "dzb", &submit.base);
    Hotline__TriageTicket triage = { IS(hotline__triage_ticket), .ticket = ticket, .n_problems = 1,
                                     .problems = problems };
    say(life, "dzb", "dzb.duty", "hotline", "TriageTicket", "dzb", &triage.base);
}

static void do_need(struct life *life, const struct job *job)
{
    const char *committee = committee_of(life, job->who);
    Town__OpenNeed open = TOWN__OPEN_NEED__INIT;
    char need[32];
    char id[24];

    snprintf(need, sizeof(need), "yr-%llu", (unsigned long long)++life->needs);
    snprintf(id, sizeof(id), "p-%05u", job->who);
    open.need = need;
    open.person = id;
    open.place = committee;
    open.category = TOWN__CATEGORY__MEDICAL;
    open.kind = "CONSULT";
    open.priority = "P2";
    open.detail = "the doctor is asked";
    say(life, committee, NULL, "referral", "OpenNeed", committee, &open.base);
}

/* ---- the desks ----------------------------------------------------------------------------------- */

static void do_step(struct life *life, const struct job *job)
{
    Town__Receive receive = { IS(town__receive), .assignment = job->id, .fill = "" };
    Town__Accept accept = { IS(town__accept), .assignment = job->id, .fill = "HIS" };
    Town__Start start = { IS(town__start), .assignment = job->id, .mode = "visit", .proof = "" };
    Town__Complete complete = { IS(town__complete),  .assignment = job->id,
                                .output = "done",    .solved = TOWN__SOLVED__SOLVED_YES,
                                .internal_note = "", .public_text = "it was done" };

    static const char *const names[] = { "Receive", "Accept", "Start", "Complete" };
    static const uint64_t after_ms[] = { 3 * MINUTE_MS, 10 * MINUTE_MS, 2 * HOUR_MS };
    const ProtobufCMessage *const messages[] = { &receive.base, &accept.base, &start.base,
                                                 &complete.base };
    say(life, job->unit, NULL, job->service, names[job->step], job->unit, messages[job->step]);
    if (job->step == 3)
        return;
    struct job next = *job;
    next.at_ms = job->at_ms + after_ms[job->step];
    next.step++;
    put(life, next);
}

static void do_call_back(struct life *life, const struct job *job)
{
    char post[32];

    snprintf(post, sizeof(post), "%s.%s", job->unit,
             strcmp(job->unit, "dzb") == 0 ? "seat2" : "head");
    Town__RecordCallback callback = { IS(town__record_callback),
                                      .need = job->id,
                                      .by = post,
                                      .result = TOWN__CALLBACK_RESULT__SATISFIED,
                                      .note = "",
                                      .solved = TOWN__SOLVED__SOLVED_YES };
    say(life, job->unit, post, job->service, "RecordCallback", job->unit, &callback.base);
}

static void do_sign(struct life *life, const struct job *job)
{
    const char *committee = life->committees[job->who];
    struct clock_date date = clock_date(clock_day(year_now(life->year)));
    char post[32];
    char text[40];

    snprintf(post, sizeof(post), "%s.first", committee);
    snprintf(text, sizeof(text), "%04d-%02d-%02d", date.year, date.month, date.day_of_month);
    Care__SignSummary sign = { IS(care__sign_summary), .committee = committee, .date = text };
    say(life, committee, post, "care", "SignSummary", committee, &sign.base);
}

void life_do(struct life *life)
{
    while (life_next(life) <= year_now(life->year)) {
        struct job job = agenda_pop(&life->agenda);
        switch ((enum kind)job.kind) {
        case CONTACT:
            do_contact(life, &job);
            break;
        case TRY:
            do_try(life, &job);
            break;
        case CALL:
            do_call(life, &job);
            break;
        case NEED:
            do_need(life, &job);
            break;
        case STEP:
            do_step(life, &job);
            break;
        case CALL_BACK:
            do_call_back(life, &job);
            break;
        case SIGN:
            do_sign(life, &job);
            break;
        default:
            break;
        }
    }
}

/* The service, the message and the unit of a subject. */
static bool split(const struct stored *stored, char service[16], char message[64], char unit[16])
{
    char text[128];

    snprintf(text, sizeof(text), "%.*s", (int)stored->envelope.subject.size,
             (const char *)stored->envelope.subject.data);
    return sscanf(text, "%15[^.].%63[^.].%15[^.]", service, message, unit) == 3;
}

void life_hear(struct life *life, const struct stored *stored)
{
    struct job job = { .at_ms = year_now(life->year) };
    struct slice body = stored->envelope.body;
    char message[64];

    if (!split(stored, job.service, message, job.unit))
        return;
    /* Deliveries and visits move these needs by themselves. */
    bool by_itself = strcmp(job.service, "supplies") == 0 || strcmp(job.service, "homes") == 0;
    if (strcmp(message, "Dispatched") == 0 && !by_itself) {
        Town__Dispatched *event = town__dispatched__unpack(NULL, body.size, body.data);
        if (event == NULL)
            return;
        job.kind = STEP;
        job.at_ms += 2 * MINUTE_MS;
        snprintf(job.id, sizeof(job.id), "%s", event->assignment);
        town__dispatched__free_unpacked(event, NULL);
        put(life, job);
    } else if (strcmp(message, "VerificationDue") == 0) {
        Town__VerificationDue *event = town__verification_due__unpack(NULL, body.size, body.data);
        if (event == NULL)
            return;
        job.kind = CALL_BACK;
        job.at_ms += HOUR_MS;
        snprintf(job.id, sizeof(job.id), "%s", event->need);
        town__verification_due__free_unpacked(event, NULL);
        put(life, job);
    }
}
