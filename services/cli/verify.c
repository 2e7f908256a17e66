/*
 * Proves the log whole, or a service's store equal to what the log makes of it.  Both are modes of
 * the program that owns the files; here they are started, and their outcomes gathered.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/verbs.h"

/* Runs `program --dir TOWN FLAG` and waits; its exit status. */
static int run_program(struct cli *cli, const char *name, const char *flag)
{
    const char *program = cli_program(cli, arena_print(&cli->arena, "carebus-%s", name));
    int status;

    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        return cli_fail(EXIT_UNAVAILABLE, NULL, "%s does not start: %s", program, strerror(errno));
    if (pid == 0) {
        execl(program, program, "--dir", cli->town, flag, (char *)NULL);
        _exit(127);
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return cli_fail(EXIT_IO, NULL, "%s: %s", program, strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return cli_fail(EXIT_UNAVAILABLE, NULL, "%s does not start", program);
    if (!WIFEXITED(status))
        return cli_fail(EXIT_IO, NULL, "%s ended by signal %d", program, WTERMSIG(status));
    return WEXITSTATUS(status);
}

static int replay(struct cli *cli, const char *which)
{
    bool all = strcmp(which, "all") == 0;
    int worst = 0;

    if (!all && cli_service(which) == NULL)
        return cli_fail(EXIT_BAD_USAGE, arena_print(&cli->arena, "%s all", cli_service_names(cli)),
                        "there is no service '%s'", which);
    for (const struct service *const *service = cli_services; *service != NULL; service++) {
        if (!all && strcmp((*service)->name, which) != 0)
            continue;
        int status = run_program(cli, (*service)->name, "--replay");
        if (cli->json)
            cli_print_json(json_pack("{s:s,s:b,s:i}", "service", (*service)->name, "equal",
                                     status == 0, "status", status));
        if (status > worst)
            worst = status;
    }
    return worst;
}

int verb_verify(struct cli *cli)
{
    bool wants_replay = cli_flag(cli, "--replay");
    const char *which = cli_argument(cli);

    int status = cli_no_more(cli);
    if (status != 0)
        return status;
    if (wants_replay)
        return replay(cli, which == NULL ? "all" : which);
    if (which != NULL)
        return cli_fail(EXIT_BAD_USAGE, "carebus verify --replay SERVICE",
                        "'%s' is not understood here", which);
    return run_program(cli, "broker", "--verify");
}
