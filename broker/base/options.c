#include "base/options.h"

#include <ctype.h>
#include <ini.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"

enum {
    ROWS_MOST = 64,
    NAME_BYTES = 64,
    VALUE_BYTES = 1024,
    ORIGIN_BYTES = 128,
    PROBLEM_BYTES = 1024,
    LINE_LENGTH = 198, /* inih cuts at 199 and hands the rest over as a line of its own */
    FILE_BYTES = 64 << 10,
    SOCKET_PATH_LENGTH = 100, /* sun_path has 108 */
};

enum rank { RANK_DEFAULT, RANK_FILE, RANK_ENVIRONMENT, RANK_ARGUMENT };

/* The file of a town.  Whoever adds a row here has taught it to every program. */
const struct option_row options_town[] = {
    { .name = "town.name",
      .value = "town",
      .argument = "NAME",
      .help = "the town's name, as people read it" },
    { .name = "town.code",
      .value = "",
      .argument = "DIGITS",
      .help = "its 12-digit code of the administrative divisions" },
    { .name = "town.exercise",
      .kind = OPTION_YES_NO,
      .value = "no",
      .help = "this log is a drill's; a log is a drill's or real, never both" },
    { .name = "town.rate",
      .kind = OPTION_NUMBER,
      .value = "1",
      .least = 1,
      .most = 86400,
      .argument = "N",
      .help = "how many times faster an exercise's clock runs" },
    { .name = "town.start",
      .kind = OPTION_TIME,
      .value = "",
      .argument = "TIME",
      .help = "where an exercise's clock begins: 2023-01-18T08:00:00+08:00; empty: now" },
    { .name = "broker.endpoint",
      .value = "",
      .argument = "ADDRESS",
      .help = "where the broker listens: tcp://127.0.0.1:5800, ipc:///path; empty: in DIR/run" },
    { .name = "log.segment_mib",
      .kind = OPTION_NUMBER,
      .value = "64",
      .least = 4, /* the largest batch fits */
      .most = 1024,
      .argument = "MIB",
      .help = "size of a log file; one spare is kept, so twice this is needed" },
    { .name = "log.keep_days",
      .kind = OPTION_NUMBER,
      .value = "366",
      .least = 184,
      .most = 36500,
      .argument = "DAYS",
      .help = "how long the log is kept; the law asks for six months, that is 184 days" },
    { 0 }
};

struct setting {
    const struct option_row *row;
    enum rank rank;
    char value[VALUE_BYTES];
    char origin[ORIGIN_BYTES];
};

struct options {
    const struct options_program *program;
    struct setting settings[ROWS_MOST];
    uint32_t count;
    char problem[PROBLEM_BYTES];
};

/* A file in reading: where we are, and what came of it. */
struct reading {
    struct options *options;
    const char *path;
    const char *rest; /* of the text, from the next line on */
    int line;
    bool seen[ROWS_MOST];
    bool bad;
};

/* ---- open, close, look ----------------------------------------------------------------------------- */

static int add(struct options *options, const struct option_row *rows)
{
    for (; rows != NULL && rows->name != NULL; rows++) {
        if (options->count == ROWS_MOST)
            return FAULT(-EOVERFLOW);
        struct setting *setting = &options->settings[options->count++];
        setting->row = rows;
        snprintf(setting->value, VALUE_BYTES, "%s",
                 rows->value != NULL           ? rows->value
                 : rows->kind == OPTION_SWITCH ? "no"
                                               : "");
        snprintf(setting->origin, ORIGIN_BYTES, "default");
    }
    return 0;
}

int options_open(const struct options_program *program, struct options **ret_options)
{
    struct options *options = calloc(1, sizeof(*options));
    if (options == NULL)
        return FAULT(-ENOMEM);
    options->program = program;
    int r = add(options, program->rows);
    if (r == 0)
        r = add(options, options_town);
    if (r < 0) {
        options_close(options);
        return r;
    }
    *ret_options = options;
    return 0;
}

void options_close(struct options *options)
{
    free(options);
}

const char *options_problem(const struct options *options)
{
    return options->problem;
}

const char *options_name(const struct options *options, uint32_t index)
{
    return index < options->count ? options->settings[index].row->name : NULL;
}

static struct setting *find(struct options *options, const char *name)
{
    for (uint32_t i = 0; i < options->count; i++)
        if (strcmp(options->settings[i].row->name, name) == 0)
            return &options->settings[i];
    return NULL;
}

/* A name that is not in the table is a bug of the program, not of its user. */
static const struct setting *get(const struct options *options, const char *name)
{
    const struct setting *setting = find((struct options *)(uintptr_t)options, name);

    if (setting == NULL)
        abort();
    return setting;
}

const char *options_text(const struct options *options, const char *name)
{
    return get(options, name)->value;
}

int64_t options_number(const struct options *options, const char *name)
{
    return strtoll(get(options, name)->value, NULL, 10);
}

bool options_yes(const struct options *options, const char *name)
{
    return strcmp(get(options, name)->value, "yes") == 0;
}

uint64_t options_time_ms(const struct options *options, const char *name)
{
    uint64_t ms = 0;

    return clock_parse(get(options, name)->value, &ms) == 0 ? ms : 0;
}

const char *options_origin(const struct options *options, const char *name)
{
    return get(options, name)->origin;
}

/* ---- one value ------------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static int problem(struct options *options,
                                                         const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(options->problem, sizeof(options->problem), format, arguments);
    va_end(arguments);
    return OPTIONS_BAD;
}

/* Why the row does not take this value, or NULL. */
static const char *refuse(const struct option_row *row, const char *value, char text[128])
{
    uint64_t ms;
    char *end;

    if (strlen(value) >= VALUE_BYTES)
        return "is too long";
    if (row->kind == OPTION_YES_NO || row->kind == OPTION_SWITCH)
        return strcmp(value, "yes") == 0 || strcmp(value, "no") == 0 ? NULL : "is yes or no";
    if (row->kind == OPTION_TIME)
        return value[0] == '\0' || clock_parse(value, &ms) == 0
                   ? NULL
                   : "is a time like 2023-01-18T08:00:00+08:00";
    if (row->kind != OPTION_NUMBER)
        return NULL;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    if (end != value && *end == '\0' && errno == 0 && number >= row->least && number <= row->most)
        return NULL;
    snprintf(text, 128, "is a number from %" PRId64 " to %" PRId64, row->least, row->most);
    return text;
}

/* Where the value comes from is `place`, in messages and as its origin. */
static int set(struct options *options, struct setting *setting, enum rank rank, const char *value,
               const char *place)
{
    char text[128];

    const char *reason = refuse(setting->row, value, text);
    if (reason != NULL)
        return rank == RANK_FILE ? problem(options, "%s: %s: %s, not `%s'", place,
                                           setting->row->name, reason, value)
                                 : problem(options, "%s: %s, not `%s'", place, reason, value);
    if (rank < setting->rank)
        return 0;
    setting->rank = rank;
    snprintf(setting->value, VALUE_BYTES, "%s", value);
    snprintf(setting->origin, ORIGIN_BYTES, "%s", place);
    return 0;
}

/* ---- the nearest name ------------------------------------------------------------------------------ */

/* How many letters must be changed, put in or taken out (Levenshtein). */
static uint32_t distance(const char *a, const char *b)
{
    uint32_t row[NAME_BYTES + 1];
    size_t length = strlen(b);

    if (length > NAME_BYTES)
        return UINT32_MAX;
    for (uint32_t j = 0; j <= length; j++)
        row[j] = j;
    for (uint32_t i = 1; *a != '\0'; a++, i++) {
        uint32_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            uint32_t above = row[j];
            uint32_t best = corner + (*a != b[j - 1]);
            best = above + 1 < best ? above + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            corner = above;
            row[j] = best;
        }
    }
    return row[length];
}

static const char *nearest(const struct options *options, const char *name, bool only_keys)
{
    const char *found = NULL;
    uint32_t least = (uint32_t)strlen(name) / 3 + 2;

    for (uint32_t i = 0; i < options->count; i++) {
        const char *candidate = options->settings[i].row->name;
        if (only_keys && strchr(candidate, '.') == NULL)
            continue;
        uint32_t far = distance(name, candidate);
        if (far < least) {
            least = far;
            found = candidate;
        }
    }
    return found;
}

/* ---- the file -------------------------------------------------------------------------------------- */

static int is_bad(struct reading *reading, const char *key, const char *what)
{
    reading->bad = true;
    return problem(reading->options, "%s:%d: %s%s%s", reading->path, reading->line, key,
                   key[0] == '\0' ? "" : ": ", what);
}

static char *next_line(char *line, int size, void *context)
{
    struct reading *reading = context;

    if (reading->bad || *reading->rest == '\0')
        return NULL;
    size_t length = strcspn(reading->rest, "\n");
    reading->line++;
    if (length > LINE_LENGTH || length + 2 > (size_t)size) {
        is_bad(reading, "", "the line is longer than 198 characters");
        return NULL;
    }
    memcpy(line, reading->rest, length);
    line[length] = '\0';
    reading->rest += length + (reading->rest[length] == '\n');
    return line;
}

static int on_key(void *context, const char *section, const char *key, const char *value)
{
    struct reading *reading = context;
    struct options *options = reading->options;
    char name[NAME_BYTES + NAME_BYTES + 2];
    char text[PROBLEM_BYTES / 2];
    char place[ORIGIN_BYTES];

    if (reading->bad)
        return 1;
    snprintf(name, sizeof(name), "%s.%s", section, key);
    struct setting *setting = find(options, name);
    if (setting == NULL) {
        const char *near = nearest(options, name, true);
        snprintf(text, sizeof(text), "there is no such key%s%s%s",
                 near == NULL ? "" : "; did you mean `", near == NULL ? "" : near,
                 near == NULL ? "" : "'?");
        is_bad(reading, name, text);
        return 1;
    }
    bool *seen = &reading->seen[setting - options->settings];
    if (*seen) {
        is_bad(reading, name, "is there a second time (an indented line counts as one)");
        return 1;
    }
    *seen = true;
    snprintf(place, sizeof(place), "%.100s:%d", reading->path, reading->line);
    reading->bad = set(options, setting, RANK_FILE, value, place) != 0;
    return 1;
}

int options_file(struct options *options, const char *path)
{
    struct reading reading = { .options = options, .path = path };
    char *text;
    size_t size;

    int r = io_read_file(path, FILE_BYTES, &text, &size);
    if (r == IO_ABSENT)
        return OPTIONS_ABSENT;
    if (r == IO_TOO_LARGE)
        return problem(options, "%s: is larger than 64 KiB", path);
    if (r < 0)
        return problem(options, "%s: cannot be read: %s", path, strerror(-r));
    reading.rest = text;
    int line = strlen(text) == size ? ini_parse_stream(next_line, &reading, on_key, &reading) : 1;
    if (line != 0 && !reading.bad) {
        reading.line = line;
        is_bad(&reading, "", "is neither `[section]' nor `key = value'");
    }
    free(text);
    return reading.bad ? OPTIONS_BAD : 0;
}

/* ---- environment and arguments --------------------------------------------------------------------- */

static void variable_of(const struct option_row *row, char name[NAME_BYTES + 16])
{
    snprintf(name, NAME_BYTES + 16, "%s", row->variable == NULL ? "CAREBUS_" : row->variable);
    if (row->variable != NULL)
        return;
    size_t used = strlen(name);
    for (const char *at = row->name; *at != '\0' && used < NAME_BYTES; at++)
        name[used++] = isalnum((unsigned char)*at) ? (char)toupper((unsigned char)*at) : '_';
    name[used] = '\0';
}

int options_environment(struct options *options)
{
    char name[NAME_BYTES + 16];

    for (uint32_t i = 0; i < options->count; i++) {
        struct setting *setting = &options->settings[i];
        if (setting->row->kind == OPTION_SWITCH)
            continue;
        variable_of(setting->row, name);
        const char *value = getenv(name);
        if (value != NULL && set(options, setting, RANK_ENVIRONMENT, value, name) != 0)
            return OPTIONS_BAD;
    }
    return 0;
}

int options_arguments(struct options *options, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char name[NAME_BYTES + 3];
        char *argument = argv[i];
        if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
            options_help(options->program);
            return OPTIONS_HELP;
        }
        if (strncmp(argument, "--", 2) != 0)
            return problem(options, "`%s': only --name value is taken here; --help tells more",
                           argument);
        size_t length = strcspn(argument, "=");
        snprintf(name, sizeof(name), "%.*s", (int)(length < NAME_BYTES ? length : NAME_BYTES),
                 argument);
        struct setting *setting = find(options, name + 2);
        if (setting == NULL) {
            const char *near = nearest(options, name + 2, false);
            return problem(options, "%s: there is no such argument%s%s%s; --help tells more", name,
                           near == NULL ? "" : "; did you mean `--", near == NULL ? "" : near,
                           near == NULL ? "" : "'?");
        }
        const char *value = argument[length] == '=' ? argument + length + 1 : NULL;
        if (value == NULL && setting->row->kind == OPTION_SWITCH)
            value = "yes";
        if (value == NULL && i + 1 < argc)
            value = argv[++i];
        if (value == NULL)
            return problem(options, "%s: a value must follow", name);
        if (set(options, setting, RANK_ARGUMENT, value, name) != 0)
            return OPTIONS_BAD;
    }
    return 0;
}

int options_read(const struct options_program *program, int argc, char **argv,
                 struct options **ret_options, int *ret_status)
{
    struct options *options;
    char path[PATH_MAX];

    int r = options_open(program, &options);
    if (r < 0)
        return r;
    *ret_status = EXIT_BAD_USAGE;
    r = options_arguments(options, argc, argv);
    if (r == 0) {
        *ret_status = EXIT_BAD_CONFIG;
        r = options_environment(options);
    }
    if (r == 0) {
        snprintf(path, sizeof(path), "%s/carebus.conf", options_text(options, "dir"));
        r = options_file(options, path);
    }
    if (r == OPTIONS_ABSENT)
        problem(options, "%s: there is no such file; `carebus init DIR' makes a town", path);
    if (r == 0) {
        *ret_options = options;
        return 0;
    }
    if (r == OPTIONS_HELP)
        *ret_status = 0;
    else
        fprintf(stderr, "%s: %s\n", program->name, options->problem);
    options_close(options);
    return r;
}

/* ---- help ------------------------------------------------------------------------------------------ */

static void print_row(const struct option_row *row)
{
    char variable[NAME_BYTES + 16];
    char head[NAME_BYTES * 2];

    snprintf(head, sizeof(head), "--%s%s%s", row->name, row->kind == OPTION_SWITCH ? "" : " ",
             row->kind == OPTION_SWITCH   ? ""
             : row->kind == OPTION_YES_NO ? "yes|no"
             : row->argument == NULL      ? "VALUE"
                                          : row->argument);
    printf("  %-28s %s\n", head, row->help);
    if (row->kind == OPTION_SWITCH)
        return;
    variable_of(row, variable);
    printf("  %-28s (%s%s%s)\n", "", variable,
           row->value == NULL || row->value[0] == '\0' ? "" : ", else ",
           row->value == NULL ? "" : row->value);
}

void options_help(const struct options_program *program)
{
    printf("%s - %s\n\nArguments, and the variables that stand for them:\n\n", program->name,
           program->purpose);
    for (const struct option_row *row = program->rows; row != NULL && row->name != NULL; row++)
        print_row(row);
    printf("  %-28s this text\n\nKeys of carebus.conf (`rate' under `[town]' is town.rate); an "
           "argument wins over the\nenvironment, the environment over the file:\n\n",
           "--help");
    for (const struct option_row *row = options_town; row->name != NULL; row++)
        print_row(row);
    if (program->teaching != NULL)
        printf("\n%s", program->teaching);
}

/* ---- where the broker is --------------------------------------------------------------------------- */

static uint64_t fnv(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *text != '\0'; text++)
        hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
    return hash;
}

void options_endpoint(const struct options *options, const char *dir,
                      char endpoint[OPTIONS_ENDPOINT_SIZE])
{
    const char *told = options_text(options, "broker.endpoint");
    char real[PATH_MAX];

    if (told[0] != '\0') {
        snprintf(endpoint, OPTIONS_ENDPOINT_SIZE, "%.255s", told);
        return;
    }
    /* Every process of the town must come to the same text, wherever it was started. */
    if (realpath(dir, real) == NULL)
        snprintf(real, sizeof(real), "%s", dir);
    if (strlen(real) + strlen("/run/broker.ipc") <= SOCKET_PATH_LENGTH)
        snprintf(endpoint, OPTIONS_ENDPOINT_SIZE, "ipc://%.120s/run/broker.ipc", real);
    else
        snprintf(endpoint, OPTIONS_ENDPOINT_SIZE, "ipc://@carebus-%016" PRIx64, fnv(real));
}
