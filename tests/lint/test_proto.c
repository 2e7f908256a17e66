/* scripts/check-proto: the words of the house pass, and each broken rule is told by name. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/io.h"
#include "lib/run.h"

enum { TEXT = 8192 };

/* What it says of a folder; its exit status. */
static int check(const char *folder, const char *more, char text[TEXT])
{
    char command[4096];

    snprintf(command, sizeof(command), "%s %s %s 2>&1", test_source("scripts/check-proto"), folder,
             more);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    text[fread(text, 1, TEXT - 1, pipe)] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void write_proto(const char *text)
{
    char whole[TEXT];

    snprintf(whole, sizeof(whole), "syntax = \"proto3\";\npackage town;\n%s", text);
    mkdir(test_path("proto"), 0700);
    ck_assert_int_eq(io_replace_file(test_path("proto/town.proto"), slice_text(whole), 0600), 0);
}

START_TEST(the_words_of_the_house_pass)
{
    char text[TEXT];

    int status = check("", "", text);
    ck_assert_msg(status == 0, "%s", text);
}
END_TEST

START_TEST(each_broken_rule_is_told)
{
    static const struct {
        const char *proto;
        const char *said;
    } rules[] = {
        { "message A { uint32 x = 1; }", "" },
        { "message A { optional uint32 x = 1; }", "town.A.x: is optional" },
        { "message A { A a = 1; }", "town.A: holds itself" },
        { "message A { B b = 1; } message B { repeated A a = 1; }", "town.A: holds itself" },
        { "message A { map<string, uint32> x = 1; }", "is a map" },
        { "message A { int64 due_ms = 1; }", "town.A.due_ms: is a time" },
        { "message A { double x = 1; }", "town.A.x: is a real number" },
        { "message A { uint32 camelCase = 1; }", "is no name in lower case" },
        { "import \"google/protobuf/empty.proto\"; message A { google.protobuf.Empty e = 1; }",
          "imports google/" },
        { "message A { string phone = 1; }", "town.A.phone: is personal" },
        { "message A { repeated string medicines = 1; }", "is personal" },
        { "message Card { Address address = 1; } message Address { string room = 1; }", "" },
        { "message Card { Address address = 1; } message Address { string room = 1; } "
          "message Seen { Address at = 1; }",
          "town.Address.room: is personal" },
        { "message Find { string phone = 1; } message FindAnswer { uint32 count = 1; }", "" },
    };
    char text[TEXT];

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        write_proto(rules[i].proto);
        int status = check(test_folder(), "", text);
        ck_assert_msg(status == (rules[i].said[0] != '\0'), "%s: %s", rules[i].proto, text);
        ck_assert_msg(strstr(text, rules[i].said) != NULL, "%s: %s", rules[i].proto, text);
    }
}
END_TEST

START_TEST(what_logs_hold_is_kept_or_retired)
{
    static const struct {
        const char *proto;
        const char *said;
    } changes[] = {
        { "message A { uint32 x = 1; string y = 2; uint32 z = 3; }", "" },
        { "message A { uint32 x = 1; }", "town.A.y: has changed or gone" },
        { "message A { uint32 x = 1; reserved 2; }", "town.A.y: has changed or gone" },
        { "message A { uint32 x = 1; reserved 2; reserved \"y\"; }", "" },
        { "message A { uint32 x = 1; uint32 y = 2; }", "town.A.y: has changed or gone" },
        { "message A { uint32 x = 1; string y = 3; }", "town.A.y: has changed or gone" },
        { "message B { uint32 x = 1; string y = 2; }", "town.A: is gone" },
    };
    char text[TEXT];

    write_proto("message A { uint32 x = 1; string y = 2; }");
    ck_assert_int_eq(check(test_folder(), "--keep", text), 0);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        write_proto(changes[i].proto);
        int status = check(test_folder(), "", text);
        ck_assert_msg(status == (changes[i].said[0] != '\0'), "%s: %s", changes[i].proto, text);
        ck_assert_msg(strstr(text, changes[i].said) != NULL, "%s: %s", changes[i].proto, text);
    }
}
END_TEST

TESTS(the_words_of_the_house_pass, each_broken_rule_is_told, what_logs_hold_is_kept_or_retired)
