/*
 * Starts and supervises all processes of a town on one machine.
 *
 * The services are crash-only: whatever ends is started again, after 0.2 s, then 0.4 s ... 10 s;
 * five ends within a minute, and it stays down and that is said (proof.md 2.6).  An exit that a
 * restart cannot mend (bad configuration, corruption, already running) is not tried again.
 */
#include <assert.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/options.h"
#include "cli/link.h"
#include "cli/verbs.h"

enum {
    PROCESSES = 16,
    BACKOFF_FIRST_MS = 200,
    BACKOFF_LAST_MS = 10 * 1000,
    ENDS_MOST = 5,
    ENDS_WINDOW_MS = 60 * 1000,
    STOP_MS = 5 * 1000,
    READY_MS = 30 * 1000,
    READY_POLL_MS = 20,
    DOWN_POLL_MS = 20,
};

struct process {
    const char *name;
    const char *program;
    pid_t pid;         /* 0: not running */
    bool down;         /* stays down     */
    uint64_t start_ms; /* when to start it next, by the steady clock */
    uint64_t backoff_ms;
    uint64_t ends_ms[ENDS_MOST];
    uint32_t ends;
};

struct town {
    struct cli *cli;
    struct process processes[PROCESSES];
    uint32_t count;
    int signals;
    int lock; /* run/up.lock: one supervisor a town */
    bool stopping;
    bool failed;
};

static uint64_t steady_ms(void)
{
    return clock_steady_us() / 1000;
}

static void note(const struct town *town, const char *text, const struct process *process,
                 const char *more)
{
    if (!town->cli->quiet)
        fprintf(stderr, "carebus: %s %s%s%s\n", process->name, text, more[0] == '\0' ? "" : ", ",
                more);
}

/* ---- processes ----------------------------------------------------------------------------------- */

static void become(struct town *town, const struct process *process)
{
    struct cli *cli = town->cli;
    sigset_t none;

    /* Who loses the supervisor ends, so that nothing runs unseen. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    const char *path = cli_path(cli, "out/%s.log", process->name);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd >= 0)
        dup2(fd, STDERR_FILENO);
    execl(process->program, process->program, "--dir", cli->town, (char *)NULL);
    fprintf(stderr, "carebus: %s does not start: %s\n", process->program, strerror(errno));
    _exit(127);
}

static int start(struct town *town, struct process *process)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        return cli_fail(EXIT_UNAVAILABLE, NULL, "%s does not start: %s", process->name,
                        strerror(errno));
    if (pid == 0)
        become(town, process);
    process->pid = pid;
    return 0;
}

/* A restart does not mend these. */
static bool is_final(int status)
{
    return WIFEXITED(status)
           && (WEXITSTATUS(status) == EXIT_BAD_USAGE || WEXITSTATUS(status) == EXIT_BAD_CONFIG
               || WEXITSTATUS(status) == EXIT_CORRUPT || WEXITSTATUS(status) == EXIT_RUNNING
               || WEXITSTATUS(status) == 127);
}

static bool ends_too_often(struct process *process, uint64_t now_ms)
{
    uint64_t oldest_ms = process->ends_ms[process->ends % ENDS_MOST];

    process->ends_ms[process->ends % ENDS_MOST] = now_ms;
    process->ends++;
    return process->ends > ENDS_MOST && now_ms - oldest_ms < ENDS_WINDOW_MS;
}

static void ended(struct town *town, struct process *process, int status)
{
    char why[64];
    uint64_t now_ms = steady_ms();

    process->pid = 0;
    if (town->stopping)
        return;
    if (WIFSIGNALED(status))
        snprintf(why, sizeof(why), "signal %d", WTERMSIG(status));
    else
        snprintf(why, sizeof(why), "exit %d", WEXITSTATUS(status));
    if (is_final(status) || ends_too_often(process, now_ms)) {
        process->down = true;
        town->failed = true;
        note(town, "has ended and stays down", process,
             arena_print(&town->cli->arena, "%s; see %s", why,
                         cli_path(town->cli, "out/%s.log", process->name)));
        return;
    }
    /* A process that ran for a while begins anew with the short pause. */
    if (process->backoff_ms == 0 || now_ms - process->start_ms > ENDS_WINDOW_MS)
        process->backoff_ms = BACKOFF_FIRST_MS;
    else
        process->backoff_ms *= 2;
    if (process->backoff_ms > BACKOFF_LAST_MS)
        process->backoff_ms = BACKOFF_LAST_MS;
    process->start_ms = now_ms + process->backoff_ms;
    note(town, "has ended and is started again", process, why);
}

static void reap(struct town *town)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (uint32_t i = 0; i < town->count; i++)
            if (town->processes[i].pid == pid)
                ended(town, &town->processes[i], status);
}

static void add(struct town *town, const char *name)
{
    struct cli *cli = town->cli;

    assert(town->count < PROCESSES);
    town->processes[town->count++] = (struct process){
        .name = name,
        .program = cli_program(cli, arena_print(&cli->arena, "carebus-%s", name)),
    };
}

/* ---- the rounds ---------------------------------------------------------------------------------- */

static uint32_t running(const struct town *town)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < town->count; i++)
        count += town->processes[i].pid != 0;
    return count;
}

static void wait_signal(struct town *town, int timeout_ms)
{
    struct pollfd waiting = { .fd = town->signals, .events = POLLIN };
    struct signalfd_siginfo info;

    if (poll(&waiting, 1, timeout_ms) <= 0)
        return;
    if (read(town->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return;
    if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
        town->stopping = true;
}

static int start_due(struct town *town)
{
    uint64_t now_ms = steady_ms();
    uint64_t next_ms = now_ms + 60 * 1000;

    for (uint32_t i = 0; i < town->count; i++) {
        struct process *process = &town->processes[i];
        if (process->pid != 0 || process->down)
            continue;
        if (process->start_ms > now_ms)
            next_ms = process->start_ms < next_ms ? process->start_ms : next_ms;
        else if (start(town, process) == 0)
            process->start_ms = now_ms;
    }
    return (int)(next_ms - now_ms);
}

/* Services first: their last messages still find a broker. */
static void stop(struct town *town)
{
    uint64_t end_ms = steady_ms() + STOP_MS;

    town->stopping = true;
    for (uint32_t i = town->count; i-- > 0;) {
        if (i == 0)
            while (running(town) > 1 && steady_ms() < end_ms) {
                wait_signal(town, 20);
                reap(town);
            }
        if (town->processes[i].pid != 0)
            kill(town->processes[i].pid, SIGTERM);
    }
    while (running(town) > 0 && steady_ms() < end_ms + STOP_MS) {
        wait_signal(town, 20);
        reap(town);
    }
    for (uint32_t i = 0; i < town->count; i++)
        if (town->processes[i].pid != 0)
            kill(town->processes[i].pid, SIGKILL);
}

/* ---- ready --------------------------------------------------------------------------------------- */

static uint32_t linked_services(const json_t *sessions)
{
    const json_t *session;
    uint32_t count = 0;
    size_t index;

    json_array_foreach(sessions, index, session)
    {
        const char *service = json_string_value(json_object_get(session, "service"));
        count += service != NULL && service[0] != '\0';
    }
    return count;
}

/* Whether the broker answers and `services` services are linked. */
static bool is_up(struct cli *cli, uint32_t services)
{
    struct cli quick = *cli;
    json_t *status;
    struct link *link;
    bool up = false;

    quick.timeout_ms = 1000;
    if (link_open(&quick, &link) == 0) {
        if (link_admin_json(link, "status", "", 0, &status) == 0) {
            up = linked_services(json_object_get(status, "sessions")) >= services;
            json_decref(status);
        }
        link_close(link);
    }
    cli->context = quick.context;
    cli->arena = quick.arena;
    return up;
}

/* 0 when the town is up; else why not, said.  `supervisor` ended: its status. */
static int wait_up(const struct town *town, pid_t supervisor)
{
    struct cli *cli = town->cli;
    uint32_t services = town->count - (strcmp(town->processes[0].name, "broker") == 0);
    uint64_t end_ms = steady_ms() + READY_MS;
    int status;

    /* What is not up yet is no error yet: the lines of the tries are held back. */
    int saved = dup(STDERR_FILENO);
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(null, STDERR_FILENO);
    close(null);
    bool up = is_up(cli, services);
    bool gone = false;
    while (!up && !gone && steady_ms() < end_ms) {
        poll(NULL, 0, READY_POLL_MS);
        gone = supervisor > 0 && waitpid(supervisor, &status, WNOHANG) == supervisor;
        up = is_up(cli, services);
    }
    dup2(saved, STDERR_FILENO);
    close(saved);

    if (gone)
        return WIFEXITED(status) && WEXITSTATUS(status) != 0 ? WEXITSTATUS(status)
                                                             : EXIT_UNAVAILABLE;
    if (!up)
        return cli_fail(EXIT_UNAVAILABLE, cli_path(cli, "out/"), "the town is not up after %d s",
                        READY_MS / 1000);
    if (!cli->quiet) {
        puts(cli_text("town is up"));
        fflush(stdout);
    }
    return 0;
}

/* ---- verbs --------------------------------------------------------------------------------------- */

/* Services without a broker would only be waited for: it is among them, or runs already. */
static int need_broker(const struct town *town)
{
    const char *path = cli_path(town->cli, "run/broker.lock");
    int lock;

    for (uint32_t i = 0; i < town->count; i++)
        if (strcmp(town->processes[i].name, "broker") == 0)
            return 0;
    int r = io_lock(path, &lock);
    if (r == 0)
        io_unlock(lock);
    if (r != 0)
        return 0;
    return cli_fail(EXIT_UNAVAILABLE, "carebus up --only broker,...",
                    "--only: the broker is not among them and does not run");
}

static int choose(struct town *town)
{
    struct cli *cli = town->cli;
    const char *only = cli_option(cli, "--only");

    if (only == NULL) {
        add(town, "broker");
        for (const struct service *const *service = cli_services; *service != NULL; service++)
            add(town, (*service)->name);
        return 0;
    }
    while (*only != '\0') {
        size_t length = strcspn(only, ",");
        const char *name = arena_print(&cli->arena, "%.*s", (int)length, only);
        if (strcmp(name, "broker") != 0 && cli_service(name) == NULL)
            return cli_fail(EXIT_BAD_USAGE, "broker organisation registry hotline ...",
                            "--only: there is no '%s'", name);
        add(town, name);
        only += length + (only[length] == ',');
    }
    return need_broker(town);
}

static int take_lock(struct town *town)
{
    struct cli *cli = town->cli;
    const char *path = cli_path(cli, "run/up.lock");

    int r = io_lock(path, &town->lock);
    if (r == IO_LOCKED)
        return cli_fail(EXIT_RUNNING, "carebus down stops it", "this town is up already");
    if (r != 0)
        return cli_fail(EXIT_NO_CREATE, NULL, "%s: %s", path, strerror(-r));
    return 0;
}

static int supervise(struct town *town)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    town->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    while (!town->stopping) {
        int next_ms = start_due(town);
        wait_signal(town, next_ms);
        reap(town);
        if (running(town) == 0 && town->failed)
            break;
    }
    stop(town);
    io_unlock(town->lock);
    return town->failed ? EXIT_UNAVAILABLE : 0;
}

/* The supervisor leaves its terminal; what it has to say goes to out/up.log from now on. */
static void leave_terminal(struct cli *cli)
{
    setsid();
    int null = open("/dev/null", O_RDWR);
    int log = open(cli_path(cli, "out/up.log"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    if (log >= 0)
        dup2(log, STDERR_FILENO);
    close(null);
    close(log);
}

/* The supervisor in the background; this process waits until the town is up. */
static int detach(struct town *town)
{
    /* Said here, before somebody else's town is taken for this one. */
    int status = take_lock(town);
    if (status != 0)
        return status;
    io_unlock(town->lock);
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        return cli_fail(EXIT_UNAVAILABLE, NULL, "cannot start: %s", strerror(errno));
    if (pid == 0) {
        status = take_lock(town);
        if (status == 0) {
            leave_terminal(town->cli);
            status = supervise(town);
        }
        _exit(status);
    }
    return wait_up(town, pid);
}

/* In the foreground a child watches for the moment when the town is up, and says it. */
static int stay(struct town *town)
{
    int status = take_lock(town);
    if (status != 0)
        return status;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(wait_up(town, 0));
    }
    return supervise(town);
}

int verb_up(struct cli *cli)
{
    struct town town = { .cli = cli };
    struct options *options;
    bool background = cli_flag(cli, "--detach");

    int status = choose(&town);
    if (status == 0)
        status = cli_no_more(cli);
    if (status == 0)
        status = cli_configuration(cli, &options);
    if (status != 0)
        return status;
    options_close(options);
    return background ? detach(&town) : stay(&town);
}

int verb_down(struct cli *cli)
{
    const char *path = cli_path(cli, "run/up.lock");
    char *text;
    size_t size;
    int lock;

    int status = cli_no_more(cli);
    if (status != 0)
        return status;
    for (int round = 0; round < 2 * (STOP_MS + STOP_MS) / DOWN_POLL_MS; round++) {
        int r = io_lock(path, &lock);
        if (r == 0) {
            io_unlock(lock);
            if (round == 0 && !cli->quiet)
                fprintf(stderr, "%s\n", cli_text("carebus: the town is not up"));
            return 0;
        }
        if (r != IO_LOCKED)
            return cli_fail(EXIT_NO_CREATE, NULL, "%s: %s", path, strerror(-r));
        /* Whoever holds the lock has written its pid into it. */
        if (round == 0 && io_read_file(path, 64, &text, &size) == 0) {
            pid_t pid = (pid_t)strtol(text, NULL, 10);
            free(text);
            if (pid > 1 && kill(pid, SIGTERM) != 0)
                return cli_fail(EXIT_NOT_PERMITTED, NULL, "process %d: %s", (int)pid,
                                strerror(errno));
        }
        poll(NULL, 0, DOWN_POLL_MS);
    }
    return cli_fail(EXIT_UNAVAILABLE, NULL, "the town does not end; see %s", cli_path(cli, "out/"));
}
