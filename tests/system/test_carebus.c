/*
 * The command line with real processes: a town is made, opened, filled, worked in, proved and ended.
 */
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/run.h"

enum { TEXT_BYTES = 1 << 20, COMMAND_BYTES = 2048, TAIL_BYTES = 1500 };

static char out[TEXT_BYTES]; /* of the last call, stdout and stderr together */

/* `carebus -c TOWN` with these arguments; its exit status. */
static int carebus(const char *arguments)
{
    char command[COMMAND_BYTES];

    snprintf(command, sizeof(command), "LC_ALL=C %s -c %s %s 2>&1", test_program("carebus"),
             test_path("town"), arguments);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    size_t size = fread(out, 1, sizeof(out) - 1, pipe);
    out[size] = '\0';
    int status = pclose(pipe);
    ck_assert_msg(WIFEXITED(status), "%s\n%s", arguments, out);
    return WEXITSTATUS(status);
}

/* What it complained of, and the end of it: libcheck has room for no more. */
static const char *tail(void)
{
    static char text[2 * TAIL_BYTES];
    const char *complaint = strstr(out, "carebus: ");
    size_t length = strlen(out);

    snprintf(text, sizeof(text), "%.*s\n...\n%.*s", TAIL_BYTES / 3,
             complaint == NULL ? "" : complaint, TAIL_BYTES,
             length > TAIL_BYTES ? out + length - TAIL_BYTES : out);
    return text;
}

static void expect(int status, const char *arguments)
{
    int got = carebus(arguments);
    ck_assert_msg(got == status, "carebus %s: %d, not %d\n%s", arguments, got, status, tail());
}

static void expect_text(const char *part)
{
    ck_assert_msg(strstr(out, part) != NULL, "no '%s' in\n%s", part, tail());
}

static void make_town(void)
{
    char init[COMMAND_BYTES];

    snprintf(init, sizeof(init),
             "init -q %s --town %s --exercise-rate 1 --start 2023-01-18T08:00:00+08:00",
             test_path("town"), test_source("services/town"));
    expect(0, init);
}

START_TEST(a_new_town_keeps_its_secrets_and_is_made_once)
{
    struct stat status;

    make_town();
    ck_assert_int_eq(stat(test_path("town/keys/hcz.secret"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
    ck_assert_int_eq(stat(test_path("town/keys/sign.secret"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
    ck_assert_int_eq(stat(test_path("town"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0700);

    char again[COMMAND_BYTES];
    snprintf(again, sizeof(again), "init %s", test_path("town"));
    expect(73, again);
    expect_text("is a town already. Hint: ");
    expect(0, "config check");
    expect(0, "config show --origin");
    expect_text("carebus.conf:");
}
END_TEST

START_TEST(what_is_wrong_is_one_line_with_its_status_and_a_hint)
{
    expect(64, "frobnicate");
    expect_text(
        "carebus: 64 there is no verb 'frobnicate'. Hint: carebus --help lists the verbs\n");
    expect(78, "status");
    expect_text("carebus.conf is not there. Hint: ");
    make_town();
    expect(69, "--timeout 1s status");
    expect_text("carebus: 69 the broker at ipc://");
    expect_text("does not answer. Hint: carebus up");
    expect(69, "--lang zh --timeout 1s status");
    expect_text("没有应答。提示：carebus up");
    expect(64, "--as hcz.duty referral accept nonsense=1 --timeout 1s");
    expect(66, "roster import absent.csv");
    expect(64, "clock --rate 0 --until +1h");
    expect_text("carebus: 64 --rate: 1 to 86400, not '0'. Hint: --rate 600\n");
    expect(64, "day --scene nothing");
    expect_text("--scene: there is no 'nothing'. Hint: 0 A B C ");
    expect(64, "duties --summary --units");
    expect(64, "verify --replay nobody");
    expect_text("there is no service 'nobody'. Hint: organisation ");
    expect(2, "--timeout 1s check health");
}
END_TEST

static void write_roster(const char *path)
{
    char command[COMMAND_BYTES];

    snprintf(command, sizeof(command), "%s 500 > %s", test_program("carebus-roster"), path);
    ck_assert_int_eq(system(command), 0);
}

static char *read_text(const char *path)
{
    char *text = calloc(1, TEXT_BYTES);
    FILE *in = fopen(path, "r");

    ck_assert_msg(in != NULL, "%s", path);
    ck_assert_uint_lt(fread(text, 1, TEXT_BYTES - 1, in), TEXT_BYTES - 1);
    fclose(in);
    return text;
}

/* ---- processes that end --------------------------------------------------------------------------- */

static pid_t pid_of(const char *name)
{
    char path[256];
    long pid = 0;

    snprintf(path, sizeof(path), "town/run/%s.pid", name);
    FILE *in = fopen(test_path(path), "r");
    if (in == NULL)
        return 0;
    if (fscanf(in, "%ld", &pid) != 1)
        pid = 0;
    fclose(in);
    return (pid_t)pid;
}

/* Another process than `old` serves, and is linked. */
static bool comes_back(const char *name, pid_t old)
{
    for (int i = 0; i < 100; i++) {
        if (pid_of(name) != old && carebus("check health") == 0)
            return true;
        usleep(100 * 1000);
    }
    return false;
}

START_TEST(a_process_that_is_killed_is_started_again_but_not_for_ever)
{
    char *log = NULL;
    pid_t killed = 0;

    make_town();
    expect(0, "--timeout 60s up --detach");
    pid_t first = pid_of("referral");
    ck_assert_int_gt(first, 1);
    ck_assert_int_eq(kill(first, SIGKILL), 0);
    ck_assert_msg(comes_back("referral", first), "%s", out);

    /* Five times in a minute; then it stays down, and that is said. */
    for (int i = 0; i < 600; i++) {
        pid_t pid = pid_of("referral");
        if (pid > 1 && pid != killed && kill(pid, SIGKILL) == 0)
            killed = pid;
        free(log);
        log = read_text(test_path("town/out/up.log"));
        if (strstr(log, "referral has ended and stays down") != NULL)
            break;
        usleep(50 * 1000);
    }
    ck_assert_msg(strstr(log, "stays down, signal 9") != NULL, "%s", log);
    free(log);
    /* The broker lets go of a session that says nothing any more, after some seconds. */
    int health = 0;
    for (int i = 0; i < 500 && health == 0; i++) {
        health = carebus("check health");
        usleep(100 * 1000);
    }
    ck_assert_int_eq(health, 2);
    expect(0, "down");
}
END_TEST

/* ---- what the READMEs say ------------------------------------------------------------------------ */

/* Every line of README.md that begins with `carebus`, with FILE as a roster: it works. */
static void run_readme(void)
{
    char *text = read_text(test_source("README.md"));
    char command[COMMAND_BYTES];
    int lines = 0;

    char *section = strstr(text, "## The command line");
    ck_assert_ptr_nonnull(section);
    for (char *line = strtok(section, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (strncmp(line, "carebus ", 8) != 0)
            continue;
        line[strcspn(line, "#")] = '\0';
        const char *file = strstr(line, " FILE ");
        if (file == NULL)
            snprintf(command, sizeof(command), "--timeout 60s %s", line + 8);
        else
            snprintf(command, sizeof(command), "--timeout 60s %.*s %s %s", (int)(file - line - 8),
                     line + 8, test_path("roster.csv"), file + 6);
        int status = carebus(command);
        ck_assert_msg(status == 0 || (file != NULL && status == 65), "%s: %d\n%s", command, status,
                      tail());
        lines++;
    }
    ck_assert_int_gt(lines, 5);
    free(text);
}

static bool is_path(const char *token)
{
    return strchr(token, '/') != NULL && strncmp(token, "build/", 6) != 0
           && token[strspn(token, "abcdefghijklmnopqrstuvwxyz0123456789_./-")] == '\0'
           && token[0] != '/';
}

static bool is_there(const char *folder, const char *token)
{
    char path[COMMAND_BYTES];
    struct stat status;

    snprintf(path, sizeof(path), "%s%s", folder, token);
    if (stat(test_source(path), &status) == 0)
        return true;
    return stat(test_source(token), &status) == 0;
}

START_TEST(every_path_that_a_readme_names_is_there)
{
    static const char *const readmes[][2] = { { "README.md", "" },
                                              { "services/README.md", "services/" },
                                              { "tests/README.md", "tests/" } };

    for (size_t i = 0; i < sizeof(readmes) / sizeof(readmes[0]); i++) {
        char *text = read_text(test_source(readmes[i][0]));
        bool inside = false;
        for (char *token = strtok(text, "`"); token != NULL; token = strtok(NULL, "`")) {
            if (inside && is_path(token))
                ck_assert_msg(is_there(readmes[i][1], token), "%s: there is no %s", readmes[i][0],
                              token);
            inside = !inside;
        }
        free(text);
    }
}
END_TEST

START_TEST(a_town_lives_through_a_day_and_proves_it)
{
    char command[COMMAND_BYTES];
    json_error_t error;

    make_town();
    expect(0, "--timeout 60s up --detach");
    expect_text("town is up");
    expect(79, "up --detach");
    expect(0, "load");
    expect_text("commands of the town's directory are on the log");
    expect(0, "load");
    expect_text("loaded already");

    write_roster(test_path("roster.csv"));
    snprintf(command, sizeof(command), "--timeout 60s roster import %s --errors %s",
             test_path("roster.csv"), test_path("refused.csv"));
    expect(65, command);
    expect_text("refused 25");
    expect(65, command);
    expect_text("on the roster already: nothing changed");

    expect(0, "--timeout 60s day");
    expect_text("0 scenes failed");
    run_readme(); /* verify and verify --replay all are among them */
    expect(0, "check health");

    expect(0, "--json status");
    json_t *status = json_loads(out, 0, &error);
    ck_assert_msg(json_is_object(status), "%s", error.text);
    json_decref(status);
    expect(0, "-u jcb log --json --limit 3");
    expect_text("\"subject\":");
    expect(1, "--as hcz.duty referral accept assignment=nobody-a1");
    expect_text("carebus: 1 referral refuses referral.Accept: NOT_FOUND");
    expect(77, "-u hcz log");
    expect(77, "-u hcz pub referral.Accept.hcs --data '{\"assignment\":\"x\"}'");
    expect(0, "down");
    expect(0, "down");
}
END_TEST

TESTS(a_new_town_keeps_its_secrets_and_is_made_once,
      what_is_wrong_is_one_line_with_its_status_and_a_hint,
      a_process_that_is_killed_is_started_again_but_not_for_ever,
      every_path_that_a_readme_names_is_there, a_town_lives_through_a_day_and_proves_it)
