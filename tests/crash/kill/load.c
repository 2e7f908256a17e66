/*
 * What there is to say in the town that is being killed: to every service, and what the asked units
 * do when they hear of it - usually the next step, at times nothing, so that a clock runs out.
 *
 * In a body p# is a new id beginning with that letter, p! the newest, p? one of the late ones; $name
 * is that field of the message that was heard, $unit and $service are of its subject.  ' stands for ".
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/town_files.h"
#include "crash/kill/driver.h"
#include "kit/json.h"
#include "kit/words.h"

enum { BODY_BYTES = 1024, LATE = 40 /* ids that are played with at a time */ };

#define C41 "310115125041"

static const struct word {
    unsigned weight;
    const char *post; /* its unit is in front of the dot */
    const char *subject;
    const char *body;
} words[] = {
    { 20, "vc.duty", "toy.OpenNeed.c41", "{'need':'Z#','place':'c1'}" },
    { 12, "hcz.duty", "toy.Accept.hcz", "{'assignment':'Z?'}" },
    { 12, "hcz.duty", "toy.Complete.hcz", "{'assignment':'Z?'}" },
    { 4, "hcz.duty", "toy.MarkError.hcz", "{'assignment':'E?'}" },
    { 8, "", "", "" }, /* a question */

    { 6, C41 ".duty", "registry.Propose." C41,
      "{'person':'p#','committee':'" C41 "','source':'door','card':{'name':'p!','address':"
      "{'committee':'" C41 "','road':'Y','room':'p!'}}}" },
    { 2, C41 ".duty", "registry.SetSilent." C41,
      "{'person':'p?','silent':true,'reason':'asks for nothing'}" },
    { 1, C41 ".duty", "registry.ReportDeath." C41, "{'person':'p?','source':'family'}" },
    { 1, C41 ".duty", "registry.RequestMove." C41,
      "{'person':'p?','to':'310115125006','reason':'to his daughter'}" },
    { 4, C41 ".duty", "care.RecordContact." C41,
      "{'person':'p?','outcome':'OK','first_hand':true,'mode':'PHONE','answers':["
      "{'question':'FOOD','answer':'WELL'},{'question':'MEDICINE','answer':'WELL'},"
      "{'question':'HEALTH','answer':'SO_SO'}],'deliveries_confirmed':['v-n?-l1']}" },
    { 3, C41 ".duty", "care.RecordAttempt." C41,
      "{'person':'p?','mode':'PHONE','line':'1','result':'NO_ANSWER'}" },
    { 1, C41 ".duty", "care.RecordDoorVisit." C41, "{'person':'p?','result':'NO_REPLY'}" },
    { 1, C41 ".duty", "care.RegisterCarer." C41,
      "{'carer':'k#','kind':'VOLUNTEER','committee':'" C41 "'}" },
    { 2, C41 ".duty", "care.Pair." C41, "{'person':'p?','carer':'k?'}" },

    { 2, "dzb.seat1", "hotline.OpenShift.dzb", "{'seat':'dzb.seat1','staff':'dzb-s5'}" },
    { 3, "dzb.seat1", "hotline.LogCall.dzb",
      "{'call':'c#','seat':'dzb.seat1','staff':'dzb-s5','ring_ms':9000}" },
    { 3, "dzb.seat1", "hotline.OpenTicket.dzb",
      "{'ticket':'t#','call':'c?','person':'p?','place':'" C41 "','problems':[{'problem':'q#',"
      "'service':'referral','category':'MEDICAL','kind':'MEDICINE','priority':'P1',"
      "'detail':'exercise'}]}" },
    { 2, "dzb.seat1", "hotline.SubmitTicket.dzb", "{'ticket':'t?'}" },

    { 5, C41 ".duty", "referral.OpenNeed." C41,
      "{'need':'n#','person':'p?','place':'" C41 "','category':'MEDICAL','kind':'VISIT',"
      "'priority':'P1','detail':'exercise','source':{'contact':'x'}}" },
    { 5, C41 ".duty", "referral.OpenNeed." C41,
      "{'need':'n#','place':'" C41 "','category':'MEDICAL','kind':'CONSULT','priority':'P1',"
      "'detail':'exercise','source':{'contact':'x'}}" },
    { 1, "hcz.duty", "referral.SetCapacity.hcz",
      "{'centre':'hcz','kind':'VISIT','state':'CAPACITY','n':20}" },

    { 1, "dzb.duty", "supplies.DefineItem.dzb",
      "{'item':'mask','name':'mask','unit':'pack','max_per_need':2}" },
    { 1, "dzb.duty", "supplies.DefineSite.dzb", "{'site':'depot','unit':'dzb','name':'D'}" },
    { 1, "dzb.duty", "supplies.ReceiveStock.dzb",
      "{'site':'depot','item':'mask','lot':'l?','qty':9}" },
    { 5, C41 ".duty", "supplies.OpenNeed." C41,
      "{'need':'n#','person':'p?','place':'" C41 "','category':'LIVING','kind':'GOODS',"
      "'priority':'P2','source':{'desk':'d'},'goods':[{'item':'mask','qty':1}]}" },
    { 1, "lg.head", "supplies.OverrideAllocation." C41, "{'line':'n?-l1','reason':'alone'}" },
    { 1, "dzb.duty", "supplies.ReportReturn.dzb", "{'delivery':'v-n?-l1'}" },

    { 3, "dqb.duty", "opinion.SubmitSignal.dqb",
      "{'signal':'s#','source':'weibo','place':'" C41 "','text':'nobody comes s!',"
      "'author_hash':'5f1d0c3a9b7e42d8'}" },
    { 1, "dqb.duty", "opinion.AssessSignal.dqb",
      "{'signal':'s?','person_at_risk':true,'category':'MEDICAL','kind':'MEDICINE',"
      "'reason':'an elder'}" },
    { 1, "dqb.duty", "opinion.RaiseAlert." C41,
      "{'alert':'a#','place':'" C41 "','title':'nobody comes','signals':['s?']}" },
    { 1, "dqb.duty", "opinion.GradeAlert." C41,
      "{'alert':'a?','grade':'III','reason':'a person in need'}" },

    { 2, "pab.duty", "incident.OpenIncident.pab",
      "{'incident':'i#','type':'DISPUTE','place':'" C41 "','reporter':'pab.duty',"
      "'facts':'two neighbours','source':{'desk':'d'}}" },
    { 1, "pab.duty", "incident.CloseIncident.pab", "{'incident':'i?'}" },

    { 1, "swc.duty", "benefit.DefineBenefit.swc",
      "{'benefit':'gift','name':'gift','amount_fen':500,'rule':{'categories':['ORPHAN_ELDER'],"
      "'committees':['" C41 "']}}" },
    { 1, "swc.duty", "benefit.PlanRun.swc",
      "{'run':'r#','name':'R','benefit':'gift',"
      "'committees':['" C41 "']}" },
    { 1, "swc.duty", "benefit.FreezeRun.swc", "{'run':'r?'}" },
    { 1, C41 ".duty", "benefit.RecordVisit." C41,
      "{'run':'r?','person':'p?','by':'" C41 ".duty'}" },

    { 1, "sjb.duty", "homes.RegisterHome.sjb",
      "{'home':'h#','name':'H','beds':100,'committee':'" C41 "'}" },
    { 1, "hcz.duty", "homes.PairHome.hcz",
      "{'home':'h?','centre':'hcz','doctor_post':'hcz.duty'}" },
    { 2, C41 ".duty", "homes.SubmitDailyReport." C41,
      "{'home':'h?','date':'2023-01-18','residents':80,'staff':20,'cases':3}" },
    { 1, "hcz.duty", "homes.RecordGuidance.hcz",
      "{'home':'h?','by':'hcz.duty','findings':'two floors are apart'}" },
};

static const struct reaction {
    const char *event; /* service.Message; "*": of whichever */
    unsigned often;    /* of a hundred */
    const char *post;
    const char *subject;
    const char *body;
} reactions[] = {
    { "*.Dispatched", 75, "$unit.duty", "$service.Receive.$unit", "{'assignment':'$assignment'}" },
    { "*.Dispatched", 15, "$unit.duty", "$service.Reject.$unit",
      "{'assignment':'$assignment','code':'NO_CAPACITY'}" },
    { "*.Received", 90, "$unit.duty", "$service.Accept.$unit", "{'assignment':'$assignment'}" },
    { "*.Accepted", 90, "$unit.duty", "$service.Start.$unit", "{'assignment':'$assignment'}" },
    { "*.Started", 90, "$unit.duty", "$service.Complete.$unit", "{'assignment':'$assignment'}" },
    { "*.VerificationDue", 95, "$unit.head", "$service.RecordCallback.$unit",
      "{'need':'$need','result':'SATISFIED','by':'$unit.seat1'}" },
    { "registry.Proposed", 90, "$unit.duty", "registry.Verify.$unit",
      "{'person':'$person','categories':['ORPHAN_ELDER'],'class':'YELLOW','basis':'notice'}" },
    { "supplies.LineRequested", 90, "dzb.duty", "supplies.ApproveLine.dzb", "{'line':'$line'}" },
    { "supplies.LineAllocated", 90, "dzb.duty", "supplies.Pick.dzb",
      "{'delivery':'v-$line','lines':['$line'],'van':'van-1','stop':1}" },
    { "supplies.LinePicked", 90, "dzb.duty", "supplies.SendOut.dzb", "{'delivery':'$delivery'}" },
    { "supplies.SentOut", 80, "dzb.duty", "supplies.Deliver.dzb",
      "{'delivery':'$delivery','proof':{'who':'x','photo_hash':'ab12'}}" },
    { "incident.IncidentOpened", 90, "pab.duty", "incident.ConfirmIncident.pab",
      "{'incident':'$incident'}" },
    { "incident.IncidentConfirmed", 90, "pab.duty", "incident.GradeIncident.pab",
      "{'incident':'$incident','grade':4,'reason':'one person'}" },
    { "incident.IncidentGraded", 90, "pab.duty", "incident.ControlIncident.pab",
      "{'incident':'$incident','result':'SETTLED'}" },
    { "benefit.MatchProposed", 90, "swc.duty", "benefit.ScreenMatch." C41,
      "{'match':'$match','screening':'KEEP'}" },
    { "benefit.MatchScreened", 90, "swc.duty", "benefit.OfferMatch." C41, "{'match':'$match'}" },
    { "benefit.MatchOffered", 90, C41 ".duty", "benefit.AnswerOffer." C41,
      "{'match':'$match','answer':'ACCEPTED'}" },
};

/* ---- words out of patterns --------------------------------------------------------------------------- */

struct heard {
    const ProtobufCMessage *message; /* NULL: nothing was */
    char service[32];
    char unit[64];
};

static const char *text_field(const ProtobufCMessage *message, const char *name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
    const char *const *text;

    if (field == NULL || field->type != PROTOBUF_C_TYPE_STRING)
        return "";
    text = (const char *const *)(const void *)((const uint8_t *)message + field->offset);
    return *text;
}

static const char *value_of(const struct heard *heard, const char *name)
{
    if (strcmp(name, "unit") == 0)
        return heard->unit;
    if (strcmp(name, "service") == 0)
        return heard->service;
    return text_field(heard->message, name);
}

/* The number behind a letter: a new one, the newest, or one of late. */
static uint32_t id_of(struct driver *driver, char letter, char which)
{
    uint32_t *last = &driver->ids[(unsigned)(letter | 32) - 'a'];

    if (which == '#')
        return ++*last;
    return which == '!' ? *last : *last - driver_some(driver, *last < LATE ? *last : LATE);
}

static void fill(struct driver *driver, const char *pattern, const struct heard *heard,
                 char text[BODY_BYTES])
{
    char name[32];
    size_t used = 0;

    for (const char *at = pattern; *at != '\0' && used + 1 < BODY_BYTES; at++) {
        int wrote = 1;
        if (*at == '$' && heard != NULL) {
            size_t length = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_");
            snprintf(name, sizeof(name), "%.*s", (int)length, at + 1);
            wrote = snprintf(text + used, BODY_BYTES - used, "%s", value_of(heard, name));
            at += length;
        } else if (strchr("#!?", *at) != NULL) {
            wrote = snprintf(text + used, BODY_BYTES - used, "%u", id_of(driver, at[-1], *at));
        } else {
            text[used] = *at == '\'' ? '"' : *at;
        }
        used += (size_t)wrote;
    }
    if (used >= BODY_BYTES)
        give_up("%s is too long", pattern);
    text[used] = '\0';
}

static void say(struct driver *driver, const char *post, const char *subject, const char *text)
{
    const ProtobufCMessageDescriptor *type = words_of_subject(slice_text(subject));
    ProtobufCMessage *message;
    const char *error = "no such word";
    json_t *value = NULL;
    char unit[64];

    if (type == NULL || json_parse(text, strlen(text), &driver->arena, &value, &error) != 0
        || json_to_message(value, type, &driver->arena, &message, &error) != 0)
        give_up("%s %s: %s", subject, text, error);
    json_decref(value);
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *body = arena_alloc(&driver->arena, size + 1);
    if (body == NULL)
        give_up("no memory");
    protobuf_c_message_pack(message, body);
    snprintf(unit, sizeof(unit), "%.*s", (int)strcspn(post, "."), post);
    driver_say(driver, unit, post, subject, slice_of(body, size));
}

/* ---- one more thing ------------------------------------------------------------------------------------ */

static const struct word *choose(struct driver *driver)
{
    static unsigned all;
    size_t i = 0;

    if (all == 0)
        for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
            all += words[k].weight;
    unsigned roll = driver_some(driver, all);
    while (roll >= words[i].weight)
        roll -= words[i++].weight;
    return &words[i];
}

void load_say(struct driver *driver)
{
    bool opens = driver->opening_next < driver->opening_count;
    char body[BODY_BYTES];

    if (opens && driver_some(driver, 100) < 70) {
        const struct opening *opening = &driver->opening[driver->opening_next++];
        driver_say(driver, opening->unit, opening->post, opening->subject,
                   slice_of(opening->body, opening->size));
        return;
    }
    const struct word *word = choose(driver);
    if (word->subject[0] == '\0') {
        driver_ask(driver);
        return;
    }
    /* The town's own words wait until it is open. */
    if (opens && strncmp(word->subject, "toy.", 4) != 0)
        return;
    arena_reset(&driver->arena);
    fill(driver, word->body, NULL, body);
    say(driver, word->post, word->subject, body);
}

/* ---- the units that answer --------------------------------------------------------------------------- */

/* Whether that is the event; a toy has its own ways. */
static bool is_event(const char *event, const char *service, const char *subject)
{
    size_t length = strlen(service);
    const char *wanted = strchr(event, '.') + 1;
    const char *message = subject + length + 1;

    if (event[0] == '*' ? strcmp(service, "toy") == 0 : strncmp(event, subject, length + 1) != 0)
        return false;
    return strncmp(message, wanted, strlen(wanted)) == 0 && message[strlen(wanted)] == '.';
}

void load_react(struct driver *driver, const struct stored *stored)
{
    struct heard heard = { .message = NULL };
    struct slice bytes = stored->envelope.subject;
    const ProtobufCMessageDescriptor *type = words_of_subject(bytes);
    uint32_t mood = driver_some(driver, 100);
    ProtobufCMessage *message;
    const char *reason;
    char subject[128];
    char post[BODY_BYTES];
    char said[BODY_BYTES];
    char body[BODY_BYTES];

    snprintf(subject, sizeof(subject), "%.*s", (int)bytes.size, (const char *)bytes.data);
    snprintf(heard.service, sizeof(heard.service), "%.*s", (int)strcspn(subject, "."), subject);
    snprintf(heard.unit, sizeof(heard.unit), "%s", strrchr(subject, '.') + 1);
    for (size_t i = 0; type != NULL && i < sizeof(reactions) / sizeof(reactions[0]); i++) {
        const struct reaction *reaction = &reactions[i];
        if (!is_event(reaction->event, heard.service, subject))
            continue;
        if (mood >= reaction->often) {
            mood -= reaction->often;
            continue;
        }
        arena_reset(&driver->arena);
        if (scan_unpack(type, stored->envelope.body, &driver->arena, &message, &reason) != 0)
            give_up("seq %llu: %s", (unsigned long long)stored->seq, reason);
        heard.message = message;
        fill(driver, reaction->post, &heard, post);
        fill(driver, reaction->subject, &heard, said);
        fill(driver, reaction->body, &heard, body);
        say(driver, post, said, body);
        return;
    }
}

/* ---- what the town opens with -------------------------------------------------------------------------- */

static int on_town(void *context, const struct town_command *command)
{
    struct driver *driver = context;

    driver->opening =
        realloc(driver->opening, (driver->opening_count + 1) * sizeof(*driver->opening));
    if (driver->opening == NULL)
        give_up("no memory");
    struct opening *opening = &driver->opening[driver->opening_count++];
    snprintf(opening->unit, sizeof(opening->unit), "%s", command->unit);
    snprintf(opening->post, sizeof(opening->post), "%s",
             command->post == NULL ? "" : command->post);
    opening->subject = strdup(command->subject);
    opening->size = protobuf_c_message_get_packed_size(command->message);
    opening->body = malloc(opening->size + 1);
    if (opening->body == NULL || opening->subject == NULL)
        give_up("no memory");
    protobuf_c_message_pack(command->message, opening->body);
    return 0;
}

void load_open(struct driver *driver)
{
    const char *source = getenv("CAREBUS_SOURCE");
    const char *error = "";
    char folder[4096];
    struct arena arena;
    uint64_t start_ms;

    arena_open(&arena, TOWN_ARENA_BYTES);
    snprintf(folder, sizeof(folder), "%s/services/town", source == NULL ? "." : source);
    clock_parse("2023-01-18T08:00", &start_ms);
    if (town_files_each(folder, start_ms, &arena, on_town, driver, &error) != 0)
        give_up("%s: %s", folder, error);
    arena_close(&arena);
}

void load_close(struct driver *driver)
{
    for (uint32_t i = 0; i < driver->opening_count; i++) {
        free((void *)(uintptr_t)driver->opening[i].subject);
        free(driver->opening[i].body);
    }
    free(driver->opening);
}
