/*
 * A client in another language, written from proto/ alone, at a real broker; and that proto/ compiles
 * with a plain protoc and nothing else.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "town.h"

/* Debian's own: the machine's first python3 may be another one, without zmq. */
static const char *python(void)
{
    return access("/usr/bin/python3", X_OK) == 0 ? "/usr/bin/python3" : "python3";
}

__attribute__((format(printf, 1, 2))) static int run(const char *format, ...)
{
    char command[4096];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(command, sizeof(command), format, arguments);
    va_end(arguments);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(proto_compiles_with_a_plain_protoc_and_nothing_else)
{
    ck_assert_int_eq(mkdir(test_path("proto"), 0700), 0);
    ck_assert_int_eq(run("cp %s/*.proto %s/", test_source("proto"), test_path("proto")), 0);
    ck_assert_int_eq(run("cd %s && protoc --python_out=. --cpp_out=. *.proto", test_path("proto")),
                     0);
}
END_TEST

START_TEST(a_client_in_another_language_publishes_hears_takes_and_asks)
{
    struct peer supervision;

    town_make("");
    town_start();
    ck_assert_int_eq(
        run("protoc -I %s --python_out=%s bus.proto", test_source("proto"), test_folder()), 0);
    ck_assert_int_eq(run("PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=%s:%s %s %s %s %s", test_folder(),
                         test_source("tests/client_python"), python(),
                         test_source("tests/client_python/try_client.py"), town_dir(),
                         place_endpoint(town_dir())),
                     0);
    /* And what it has said is there for the others. */
    peer_open(&supervision, "supervision", "", "");
    peer_hear(&supervision, "referral.>", 1);
    PEER_UNTIL(&supervision, supervision.heard == 6);
    ck_assert_str_eq(supervision.ids[0], "hcz.desk2/1");
    town_end();
}
END_TEST

TESTS(proto_compiles_with_a_plain_protoc_and_nothing_else,
      a_client_in_another_language_publishes_hears_takes_and_asks)
