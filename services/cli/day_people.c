/*
 * Scenes of the example day: the roster and its people, a spreadsheet, who is away (domain.md 5, F, G, J).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/day_scenes.h"
#include "cli/roster.h"

/* Who it is that calls: the hotline may ask by number, and that leaves its trace on the log. */
const char *scene_person_of(struct day *day, const char *phone)
{
    const json_t *answer = day_ask(day, "dzb.seat1", "registry.FindPerson.dzb",
                                   "{\"phone\":\"%s\",\"purpose\":\"call\"}", phone);
    const struct day_heard heard = { .body = answer };
    const char *person = day_text(&heard, "found.0.person");

    day_check(day, person[0] != '\0', "nobody on the roster has that number");
    return person;
}

/* ---- the roster: who is who ------------------------------------------------------------------------ */

void play_roster(struct day *day)
{
    static const char *const phones[] = { ZHANG, LI, CHEN, WANG, ZHOU };

    for (size_t i = 0; i < sizeof(phones) / sizeof(phones[0]) && !day->failed; i++) {
        day->since = day_head(day);
        const char *person = scene_person_of(day, phones[i]);
        day_hear(day, "registry.Accessed.*",
                 "{\"persons\":[\"%s\"],\"readerUnit\":\"dzb\",\"result\":\"ok\"}", person);
    }
}

/* ---- F: moves, dies, is double -------------------------------------------------------------------------- */

static void play_move(struct day *day)
{
    const char *person = scene_person_of(day, LI);

    day_say(day, C41 ".duty", "registry.RequestMove." C41, NULL,
            "{\"person\":\"%s\",\"to\":\"" C06 "\",\"reason\":\"to his daughter\"}", person);
    day_hear(day, "registry.MoveRequested." C06, "{\"person\":\"%s\"}", person);
    day_say(day, C06 ".duty", "registry.AcceptMove." C06, NULL, "{\"person\":\"%s\"}", person);
    day_hear(day, "registry.Moved." C06,
             "{\"person\":\"%s\",\"from\":\"" C41 "\",\"to\":\"" C06 "\"}", person);
}

static void play_death(struct day *day)
{
    const char *wang = scene_person_of(day, WANG);
    const char *chen = scene_person_of(day, CHEN);

    day_say(day, C41 ".duty", "registry.SetHousehold." C41, NULL,
            "{\"household\":\"house-1\",\"members\":[\"%s\",\"%s\"],"
            "\"kin\":[{\"person\":\"%s\",\"of\":\"%s\",\"relation\":\"spouse\"}]}",
            chen, wang, chen, wang);
    day_hear(day, "registry.HouseholdSet." C41, "{\"household\":\"house-1\"}");
    day_say(day, C41 ".duty", "registry.ReportDeath." C41, NULL,
            "{\"person\":\"%s\",\"source\":\"family\",\"at_ms\":%" PRIu64 "}", wang,
            day_now_ms(day));
    day_hear(day, "registry.DeathReported." C41, "{\"person\":\"%s\"}", wang);
    day_say(day, C41 ".duty", "registry.ConfirmDeath." C41, NULL,
            "{\"person\":\"%s\",\"document_ref\":\"doc-1\"}", wang);
    day_hear(day, "registry.DeathConfirmed." C41, "{\"person\":\"%s\"}", wang);
    /* The newly alone spouse is silent for registry.bereaved_silent. */
    day_hear(day, "registry.SilentSet." C41, "{\"person\":\"%s\",\"to\":true}", chen);
}

static void play_double(struct day *day)
{
    const char *zhou = scene_person_of(day, ZHOU);
    const json_t *answer = day_ask(day, C06 ".duty", "registry.Card." C06,
                                   "{\"person\":\"%s\",\"purpose\":\"double\"}", zhou);
    const struct day_heard card = { .body = answer };

    day_say(day, C41 ".duty", "registry.Propose." C41, NULL,
            "{\"person\":\"double-1\",\"committee\":\"" C41 "\",\"source\":\"visit\","
            "\"categories\":[\"ALONE_UNCARED\"],\"card\":{\"name\":\"周玉兰\","
            "\"id_number\":\"%s\",\"address\":{\"committee\":\"" C41 "\"}}}",
            day_text(&card, "card.idNumber"));
    day_hear(day, "registry.ClaimConflicted.sjb", "{}");
    const struct day_heard proposed = day_hear(day, "registry.MergeProposed.sjb", "{}");
    const char *survivor = day_text(&proposed, "survivor");
    const char *alias = day_text(&proposed, "alias");
    day_say(day, "sjb.duty", "registry.Merge.sjb", NULL, "{\"survivor\":\"%s\",\"alias\":\"%s\"}",
            survivor, alias);
    day_hear(day, "registry.Merged.*", "{\"survivor\":\"%s\",\"alias\":\"%s\"}", survivor, alias);
    day_say(day, "sjb.duty", "registry.Unmerge.sjb", NULL,
            "{\"survivor\":\"%s\",\"alias\":\"%s\",\"reason\":\"two people after all\"}", survivor,
            alias);
    day_hear(day, "registry.Unmerged.*", "{\"survivor\":\"%s\"}", survivor);
}

void play_people(struct day *day)
{
    play_move(day);
    play_death(day);
    play_double(day);
}

/* ---- G: a spreadsheet ---------------------------------------------------------------------------------- */

static const char sheet_text[] = "\xEF\xBB\xBF丹桂路居委会名单,,,,,,\n"
                                 "姓名,身份证号,性别,手机,住址,类别,依据\n"
                                 "示例,319999193802149014,男,14190000000,演练路1号,独居,告知\n"
                                 "赵玉珍,319999193802149014,男,14190000001,演练路2号,独居,告知\n"
                                 "钱根宝,319999193802140000,男,14190000002,演练路3号,独居,告知\n"
                                 "孙凤英,3.19999E+17,女,14190000003,演练路4号,独居,告知\n"
                                 "吴德康,319999193903159027,女,14190000004,演练路5号,高龄,告知\n";

static int import_sheet(struct day *day, const char *path)
{
    struct cli *cli = day->cli;
    char *arguments[8] = { arena_text(&cli->arena, path) };
    char **argv = cli->argv;
    int argc = cli->argc;
    bool quiet = cli->quiet;

    cli->unit = "310115125012";
    cli->post = "310115125012.duty";
    cli->argv = arguments;
    cli->argc = 1;
    cli->quiet = true;
    int status = roster_import(cli);
    cli->argv = argv;
    cli->argc = argc;
    cli->quiet = quiet;
    return status;
}

void play_sheet(struct day *day)
{
    struct cli *cli = day->cli;
    const char *path = cli_path(cli, "run/day.csv");
    FILE *out = fopen(path, "w");

    day_check(day, out != NULL && fputs(sheet_text, out) >= 0 && fclose(out) == 0,
              "the sheet cannot be written");
    if (day->failed)
        return;
    int first = import_sheet(day, path);
    day_check(day, first == EXIT_BAD_ROWS, "two damaged rows were not refused");
    day_hear(day, "registry.ImportValidated.310115125012", "{\"ok\":2,\"reject\":2}");
    day_hear(day, "registry.ImportCommitted.310115125012", "{\"added\":2}");
    int second = import_sheet(day, path);
    day_check(day, second == 0, "the same file again was not taken for what it is");
    day_hear(day, "registry.Refused.310115125012", "{\"command\":\"registry.StartImport\"}");
    remove(path);
}

/* ---- J: someone is ill, someone resigns ------------------------------------------------------------------ */

void play_absence(struct day *day)
{
    uint64_t now_ms = day_now_ms(day);

    day_say(day, C41 ".head", "organisation.DeclareAbsence." C41, NULL,
            "{\"staff\":\"" C41 "-s1\",\"from_ms\":%" PRIu64 ",\"until_ms\":%" PRIu64
            ",\"deputy\":\"" C41 "-s2\",\"reason_class\":\"ill\"}",
            now_ms, now_ms + 48 * (uint64_t)HOUR_MS);
    const struct day_heard absent =
        day_hear(day, "organisation.AbsenceDeclared." C41, "{\"staff\":\"" C41 "-s1\"}");
    day_hear(day, "organisation.PostResolved." C41,
             "{\"post\":\"" C41 ".head\",\"holder\":\"" C41 "-s2\",\"why\":\"deputy\"}");
    /* R9: nothing is dispatched anew because somebody is ill. */
    day_hear_nothing(day, absent.seq, "referral.Dispatched.*", "{}");

    day_say(day, C06 ".head", "organisation.EndTenure." C06, NULL,
            "{\"post\":\"" C06 ".head\",\"staff\":\"" C06 "-s1\",\"until_ms\":%" PRIu64
            ",\"reason\":\"resigned\"}",
            now_ms);
    day_hear(day, "organisation.TenureEnded." C06, "{\"post\":\"" C06 ".head\"}");
    day_hear(day, "organisation.PostResolved." C06,
             "{\"post\":\"" C06 ".head\",\"why\":\"successor\"}");
}

/* J, the variant: a post that nobody holds and nobody can be found for. */
void play_vacancy(struct day *day)
{
    uint64_t now_ms = day_now_ms(day);

    for (int staff = 1; staff <= 4; staff++)
        day_say(day, "lgo.head", "organisation.DeclareAbsence.lgo", NULL,
                "{\"staff\":\"" C50 "-s%d\",\"from_ms\":%" PRIu64 ",\"until_ms\":%" PRIu64
                ",\"reason_class\":\"ill\"}",
                staff, now_ms, now_ms + 48 * (uint64_t)HOUR_MS);
    day_hear_within(day, 2 * MINUTE_MS, "organisation.PostResolved." C50,
                    "{\"post\":\"" C50 ".duty\",\"why\":\"duty\"}");
}
