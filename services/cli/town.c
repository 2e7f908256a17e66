/*
 * Making a town: its keys, who may do what, its configuration; and the first commands on its log.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "cli/link.h"
#include "cli/town_files.h"
#include "cli/verbs.h"
#include "wire/socket.h"

enum { PERMISSIONS_BYTES = 1 << 20, FINGERPRINT_BYTES = 8 };

static const char default_name[] = "张江镇";
static const char default_code[] = "310115125000";

/* ---- init ---------------------------------------------------------------------------------------- */

struct making {
    struct cli *cli;
    const char *tables;
    uint64_t rate; /* 0: not an exercise */
    const char *start;
    const char *endpoint;
    const char *peers; /* the text of peers.csv so far */
    int status;
};

static void write_file(struct making *making, const char *name, const char *text, mode_t mode)
{
    struct cli *cli = making->cli;

    if (making->status != 0)
        return;
    const char *path = cli_path(cli, "%s", name);
    int r = io_replace_file(path, slice_text(text), mode);
    if (r < 0)
        making->status = cli_fail(EXIT_NO_CREATE, NULL, "%s: %s", path, strerror(-r));
}

static void make_directories(struct making *making)
{
    static const char *const below[] = { "keys", "log", "index", "store", "run", "out" };
    struct cli *cli = making->cli;

    for (size_t i = 0; i < sizeof(below) / sizeof(below[0]) && making->status == 0; i++) {
        int r = io_make_directory(cli_path(cli, "%s", below[i]));
        if (r < 0)
            making->status = cli_fail(EXIT_NO_CREATE, NULL, "%s: %s", cli_path(cli, "%s", below[i]),
                                      strerror(-r));
    }
}

/* One pair of keys; the public one as text in ret_text. */
static void make_keys(struct making *making, const char *name, char ret_text[SOCKET_KEY_TEXT])
{
    struct cli *cli = making->cli;
    struct socket_keys keys;
    char secret[SOCKET_KEY_TEXT];

    ret_text[0] = '\0';
    if (making->status != 0)
        return;
    if (socket_keys_make(&keys) != 0) {
        making->status = cli_fail(EXIT_UNAVAILABLE, NULL, "no keys can be made");
        return;
    }
    socket_key_print(keys.public_key, ret_text);
    socket_key_print(keys.secret_key, secret);
    write_file(making, arena_print(&cli->arena, "keys/%s.public", name),
               arena_print(&cli->arena, "%s\n", ret_text), 0644);
    write_file(making, arena_print(&cli->arena, "keys/%s.secret", name),
               arena_print(&cli->arena, "%s\n", secret), 0600);
    sodium_memzero(&keys, sizeof(keys));
    sodium_memzero(secret, sizeof(secret));
}

static void make_peer(struct making *making, const char *unit, const char *group)
{
    char key[SOCKET_KEY_TEXT];

    make_keys(making, unit, key);
    making->peers =
        arena_print(&making->cli->arena, "%s%s,%s,%s\n", making->peers, unit, group, key);
}

static void make_peers(struct making *making)
{
    struct cli *cli = making->cli;
    const struct town_unit *units;
    const char *error;
    uint32_t count;

    if (making->status != 0)
        return;
    int r = town_files_units(making->tables, &cli->arena, &units, &count, &error);
    if (r != 0) {
        making->status =
            cli_fail(EXIT_NO_INPUT, NULL, "%s/%s", making->tables, r < 0 ? strerror(-r) : error);
        return;
    }
    making->peers = "unit,group,key\n";
    make_peer(making, "operator", "operator");
    for (const struct service *const *service = cli_services; *service != NULL; service++)
        make_peer(making, (*service)->name, "service");
    for (uint32_t i = 0; i < count; i++)
        make_peer(making, units[i].unit, units[i].group);
    write_file(making, "peers.csv", making->peers, 0644);
}

/* The broker signs its checkpoints with a pair of its own. */
static void make_sign_keys(struct making *making,
                           char ret_public[2 * crypto_sign_PUBLICKEYBYTES + 1])
{
    struct cli *cli = making->cli;
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
    char secret[2 * crypto_sign_SECRETKEYBYTES + 1];

    ret_public[0] = '\0';
    if (making->status != 0)
        return;
    crypto_sign_keypair(public_key, secret_key);
    sodium_bin2hex(ret_public, 2 * sizeof(public_key) + 1, public_key, sizeof(public_key));
    sodium_bin2hex(secret, sizeof(secret), secret_key, sizeof(secret_key));
    write_file(making, "keys/sign.public", arena_print(&cli->arena, "%s\n", ret_public), 0644);
    write_file(making, "keys/sign.secret", arena_print(&cli->arena, "%s\n", secret), 0600);
    sodium_memzero(secret_key, sizeof(secret_key));
    sodium_memzero(secret, sizeof(secret));
}

static void copy_permissions(struct making *making)
{
    struct cli *cli = making->cli;
    const char *path = arena_print(&cli->arena, "%s/permissions.csv", making->tables);
    char *text;
    size_t size;

    if (making->status != 0)
        return;
    int r = io_read_file(path, PERMISSIONS_BYTES, &text, &size);
    if (r != 0) {
        making->status = cli_fail(EXIT_NO_INPUT, NULL, "%s cannot be read", path);
        return;
    }
    write_file(making, "permissions.csv", text, 0644);
    free(text);
}

/* Last, since this file is what makes the folder a town. */
static void write_configuration(struct making *making)
{
    struct cli *cli = making->cli;
    bool exercise = making->rate > 0;

    write_file(
        making, "carebus.conf",
        arena_print(&cli->arena,
                    "# The town, as every process of the house reads it; carebus config show\n"
                    "# says what is in force and why.\n"
                    "[town]\n"
                    "name = %s\n"
                    "code = %s\n"
                    "exercise = %s\n"
                    "rate = %" PRIu64 "\n"
                    "start = %s\n"
                    "\n"
                    "[broker]\n"
                    "endpoint = %s\n",
                    default_name, default_code, exercise ? "yes" : "no",
                    exercise ? making->rate : 1, making->start, making->endpoint),
        0644);
}

/* What two people compare over the telephone: the first bytes of the key's hash. */
static const char *fingerprint(struct cli *cli, const char *key)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    const char *text = "";

    crypto_hash_sha256(hash, (const unsigned char *)key, strlen(key));
    for (int i = 0; i < FINGERPRINT_BYTES; i += 2)
        text =
            arena_print(&cli->arena, "%s%s%02x%02x", text, i == 0 ? "" : " ", hash[i], hash[i + 1]);
    return text;
}

static int make_town(struct making *making)
{
    struct cli *cli = making->cli;
    char broker[SOCKET_KEY_TEXT];
    char sign[2 * crypto_sign_PUBLICKEYBYTES + 1];

    make_directories(making);
    make_keys(making, "broker", broker);
    make_sign_keys(making, sign);
    make_peers(making);
    copy_permissions(making);
    write_configuration(making);
    if (making->status != 0)
        return making->status;
    if (cli->json)
        return cli_print_json(json_pack("{s:s,s:s,s:s,s:b}", "town", cli->town, "broker",
                                        fingerprint(cli, broker), "sign", fingerprint(cli, sign),
                                        "exercise", making->rate > 0));
    if (!cli->quiet)
        printf("%s  %s%s\n  broker  %s\n  sign    %s\n", default_name, cli->town,
               making->rate > 0 ? "  EXERCISE 演练" : "", fingerprint(cli, broker),
               fingerprint(cli, sign));
    return 0;
}

static int take_exercise(struct cli *cli, struct making *making)
{
    const char *rate = cli_option(cli, "--exercise-rate");
    const char *start = cli_option(cli, "--start");
    uint64_t ms;

    if (rate != NULL && (!cli_number(rate, 86400, &making->rate) || making->rate == 0))
        return cli_fail(EXIT_BAD_USAGE, "--exercise-rate 60",
                        "--exercise-rate: 1 to 86400, not '%s'", rate);
    if (start != NULL && clock_parse(start, &ms) != 0)
        return cli_fail(EXIT_BAD_USAGE, "--start 2023-01-18T08:00:00+08:00",
                        "--start: '%s' is no time", start);
    if (start != NULL && making->rate == 0)
        return cli_fail(EXIT_BAD_USAGE, "--exercise-rate 1 --start TIME",
                        "only an exercise begins at another time");
    making->start = start == NULL ? "" : start;
    return 0;
}

int verb_init(struct cli *cli)
{
    struct making making = { .cli = cli };

    int status = take_exercise(cli, &making);
    const char *endpoint = cli_option(cli, "--endpoint");
    making.endpoint = endpoint == NULL ? "" : endpoint;
    making.tables = cli_tables(cli, cli_option(cli, "--town"));
    const char *directory = cli_argument(cli);
    if (directory != NULL)
        cli->town = directory;
    if (status == 0)
        status = cli_no_more(cli);
    if (status != 0)
        return status;
    if (making.tables == NULL)
        return cli_fail(EXIT_NO_INPUT, "--town FOLDER names them",
                        "the town's tables are not there");
    if (access(cli_path(cli, "carebus.conf"), F_OK) == 0)
        return cli_fail(EXIT_NO_CREATE, "another directory, or remove this one",
                        "%s is a town already", cli->town);
    if (sodium_init() < 0)
        return cli_fail(EXIT_UNAVAILABLE, NULL, "libsodium does not start");
    return make_town(&making);
}

/* ---- load: the opening ----------------------------------------------------------------------------- */

/* Commands of one unit go out together, under its key. */
struct opening {
    struct cli *cli;
    struct link *link;
    const char *unit;
    uint32_t count;
    uint64_t last_seq;
    int status;
};

static void end_unit(struct opening *opening)
{
    if (opening->link == NULL)
        return;
    int status = link_flush(opening->link, &opening->last_seq);
    if (opening->status == 0)
        opening->status = status;
    link_close(opening->link);
    opening->link = NULL;
}

static int begin_unit(struct opening *opening, const struct town_command *command)
{
    end_unit(opening);
    if (opening->status != 0)
        return opening->status;
    opening->unit = command->unit;
    opening->cli->unit = command->unit;
    opening->cli->post = command->post;
    opening->status = link_open_to_publish(opening->cli, &opening->link);
    return opening->status;
}

static int send_command(void *context, const struct town_command *command)
{
    struct opening *opening = context;
    struct cli *cli = opening->cli;

    if (opening->link == NULL || strcmp(opening->unit, command->unit) != 0)
        if (begin_unit(opening, command) != 0)
            return opening->status;
    size_t size = protobuf_c_message_get_packed_size(command->message);
    uint8_t *bytes = arena_alloc(&cli->arena, size + 1);
    if (bytes == NULL)
        return opening->status = cli_fail(EXIT_IO, NULL, "no memory");
    protobuf_c_message_pack(command->message, bytes);
    const struct link_message message = { .subject = command->subject,
                                          .body = slice_of(bytes, size) };
    opening->status = link_send(opening->link, &message);
    opening->count++;
    return opening->status;
}

/* The log time at which the town begins: everything in the tables holds from that day on. */
static int log_time(struct cli *cli, uint64_t *ret_ms)
{
    struct link *link;

    int status = link_open(cli, &link);
    if (status != 0)
        return status;
    *ret_ms = link_welcome(link)->time_ms;
    link_close(link);
    return 0;
}

int verb_load(struct cli *cli)
{
    struct opening opening = { .cli = cli };
    const char *unit = cli->unit;
    const char *error = "";
    uint64_t now_ms;

    const char *tables = cli_tables(cli, cli_argument(cli));
    int status = cli_no_more(cli);
    if (status != 0)
        return status;
    if (tables == NULL)
        return cli_fail(EXIT_NO_INPUT, "carebus load FOLDER", "the town's tables are not there");
    const char *mark = cli_path(cli, "opened");
    if (access(mark, F_OK) == 0) {
        if (!cli->quiet && !cli->json)
            printf("%s\n", cli_text("the town's directory is loaded already"));
        return 0;
    }
    status = log_time(cli, &now_ms);
    if (status != 0)
        return status;

    uint64_t from_ms = clock_day_start_ms(clock_day(now_ms));
    int r = town_files_each(tables, from_ms, &cli->arena, send_command, &opening, &error);
    end_unit(&opening);
    cli->unit = unit;
    if (r != 0 && opening.status == 0)
        return cli_fail(EXIT_NO_INPUT, NULL, "%s/%s", tables, r < 0 ? strerror(-r) : error);
    if (opening.status != 0)
        return opening.status;
    const char *text = arena_print(&cli->arena, "%" PRIu64 "\n", opening.last_seq);
    r = io_replace_file(mark, slice_text(text), 0644);
    if (r < 0)
        return cli_fail(EXIT_NO_CREATE, NULL, "%s: %s", mark, strerror(-r));
    if (cli->json)
        return cli_print_json(json_pack("{s:i,s:I}", "commands", (int)opening.count, "seq",
                                        (json_int_t)opening.last_seq));
    if (!cli->quiet)
        printf(cli_text("%u commands of the town's directory are on the log\n"), opening.count);
    return 0;
}
