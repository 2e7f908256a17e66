#include "base/err.h"
#include "base/log.h"
#include "daemon/broker.h"

static const struct option_row rows[] = {
    { .name = "dir",
      .value = "var",
      .variable = "CAREBUS_TOWN",
      .argument = "DIR",
      .help = "the town's folder, made by `carebus init DIR'" },
    { .name = "verify",
      .kind = OPTION_SWITCH,
      .help = "read the whole log, say what is wrong with it, and end" },
#ifdef CAREBUS_BENCH
    { .name = "plain",
      .kind = OPTION_SWITCH,
      .help = "without CURVE: to be measured beside what has none" },
#endif
    { 0 }
};

static const struct options_program program = {
    .name = "carebus-broker",
    .purpose = "keeps the log of a town and passes its messages on",
    .rows = rows,
    .teaching =
        "It reads carebus.conf, peers.csv, permissions.csv and keys/broker.secret, "
        "keys/sign.secret\n"
        "in DIR, writes DIR/log (segments) and DIR/index (which may be deleted: the next start "
        "reads\n"
        "the log instead), and listens at broker.endpoint.  One line a fact on stderr; "
        "CAREBUS_LOG=\n"
        "debug|info|warn|error|silent.\n"
        "\n"
        "SIGTERM ends it within five seconds, and SIGKILL at any moment loses nothing that was\n"
        "acknowledged.  SIGHUP reads peers.csv and permissions.csv again: what is bad changes "
        "nothing,\n"
        "and a key that is gone is cut off at once.\n"
        "\n"
        "Ends with 0 done, 64 bad argument, 69 the door does not hold, 74 the disk failed, 76 the "
        "log\n"
        "is damaged or has lost its tail, 77 not permitted, 78 bad configuration, 79 already "
        "running.\n"
        "\n"
        "    carebus-broker --dir var              serves the town in var\n"
        "    carebus-broker --dir var --verify     checks its log, also while it is served\n",
};

int main(int argc, char **argv)
{
    struct options *options;
    int status = 0;

    say_setup("broker");
    int r = options_read(&program, argc, argv, &options, &status);
    if (r < 0)
        return err_exit_status(r);
    if (r > 0)
        return status;
    status = options_yes(options, "verify") ? broker_verify(options) : broker_run(options);
    options_close(options);
    return status;
}
