/*
 * First inputs of the smaller doors.
 */
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "fuzz/seeds.h"
#include "kit/json.h"
#include "kit/words.h"

enum { INPUT_BYTES = 1 << 16, SCENE_STEP = 5 };

static uint8_t buffer[INPUT_BYTES];
static size_t used;

static void add(const void *data, size_t size)
{
    if (used + size > sizeof(buffer))
        exit(70);
    memcpy(buffer + used, data, size);
    used += size;
}

static void add_byte(size_t byte)
{
    buffer[used++] = (uint8_t)byte;
}

static void add_short(const void *data, size_t size)
{
    add_byte(size);
    add(data, size);
}

static void done(const char *target, const char *name)
{
    write_seed(target, name, slice_of(buffer, used));
    used = 0;
}

/* ---- ZAP ---------------------------------------------------------------------------------------------- */

static void zap_of(const char *name, const char *version, const char *mechanism, const char *key,
                   size_t key_size)
{
    add_short("", 0);
    add_short(version, strlen(version));
    add_short("1", 1);
    add_short("carebus", 7);
    add_short("localhost:0:0:1", 15);
    add_short("", 0);
    add_short(mechanism, strlen(mechanism));
    if (key_size > 0)
        add_short(key, key_size);
    done("fuzz_zap", name);
}

static void zaps(void)
{
    static const char known[] = "the only key that is known here";

    zap_of("known", "1.0", "CURVE", known, 32);
    zap_of("stranger", "1.0", "CURVE", "another key than the one we know", 32);
    zap_of("null", "1.0", "NULL", "", 0);
    zap_of("old", "0.9", "CURVE", known, 32);
    zap_of("short_key", "1.0", "CURVE", known, 31);
    zap_of("plain", "1.0", "PLAIN", "hcz", 3);
    add_short("", 0);
    done("fuzz_zap", "nothing");
}

/* ---- files -------------------------------------------------------------------------------------------- */

static void file_of(unsigned kind, const char *name, const char *text)
{
    add_byte(kind);
    add(text, strlen(text));
    done("fuzz_files", name);
}

static void files(void)
{
    file_of(0, "permissions",
            "who,verb,pattern\nvc,publish,referral.*.@\n*,query,hotline.>\nhcz,take,@\n"
            "vc,collect,*.Dispatched.@\nregistry,!publish,registry.Forget.*\n");
    file_of(0, "permissions_bad", "who,verb,pattern\nvc,shout,referral.*.@\n");
    file_of(1, "settings",
            "[town]\nname = 演练镇\ncode = 319999\nexercise = yes\nrate = 60\n"
            "start = 2023-01-18T08:00\n[log]\nkeep_days = 184\n");
    file_of(1, "settings_bad", "[town]\nrate = -1\n[lag]\nkeep_days = 3\n");
    file_of(2, "peers",
            "unit,group,key\nhcz,centre,rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7\n"
            "vc1,vc,\"D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs\"\n");
    file_of(2, "peers_bad", "unit,group,key\nhcz,centre,short\n");
}

/* ---- sheets ------------------------------------------------------------------------------------------- */

static void sheets(void)
{
    static const char text[] =
        "丹桂路居委会特殊困难群体名单,,,,,,\n序号,姓 名,身份证号码,联系电话,住址,人员类别,等级\n"
        "1,张桂芳,３１９９９９１９４２０２１４００１Ｘ,141-0000 0001,演练路1号,独居、失能,红\n"
        "2,\"王, 根福\",'319999194102140012,14100000004,,纯老,\n3,x,3.1999E+17,=1+1,,,\n";
    char other[4096];
    char *in = (char *)(uintptr_t)text;
    char *out = other;
    size_t left = strlen(text);
    size_t room = sizeof(other);
    iconv_t conversion = iconv_open("GB18030", "UTF-8");

    if (conversion == (iconv_t)-1 || iconv(conversion, &in, &left, &out, &room) == (size_t)-1)
        exit(70);
    iconv_close(conversion);
    write_seed("fuzz_sheet", "utf8", slice_text(text));
    write_seed("fuzz_sheet", "gb18030", slice_of(other, sizeof(other) - room));
    write_seed("fuzz_sheet", "gb18030_cut", slice_of(other, sizeof(other) - room - 90));
    add("\xef\xbb\xbf", 3);
    add(text, strlen(text));
    done("fuzz_sheet", "bom");
    write_seed("fuzz_sheet", "neither", slice_of("\xff\xfe\x00\x81", 4));
    write_seed("fuzz_sheet", "untitled", slice_text("a,b\nc,d\n"));
}

/* ---- rows --------------------------------------------------------------------------------------------- */

static void rows(void)
{
    write_seed("fuzz_rows", "row", slice_of("\x01\x07\x03\x01p0000042\x0a\x04name\x10\x02", 20));
    write_seed("fuzz_rows", "small", slice_of("\x00\x00\x00\x80kv", 6));
    write_seed("fuzz_rows", "check", slice_of("\x02\x01\x05\x10key\x00\x00\x00\x00\x01", 12));
}

/* ---- JSON --------------------------------------------------------------------------------------------- */

static unsigned word_of(const char *name)
{
    for (unsigned i = 0; words_at(i) != NULL; i++)
        if (strcmp(words_at(i)->name, name) == 0)
            return i;
    exit(70);
}

static void json_of(const char *word, const char *name, const char *text)
{
    unsigned index = word_of(word);

    add_byte(index >> 8);
    add_byte(index & 0xff);
    add(text, strlen(text));
    done("fuzz_json", name);
}

static void jsons(void)
{
    json_of("town.Card", "card",
            "{\"person\": \"p1\", \"name\": \"陈某\", \"phones\": [{\"number\": \"14100000001\"}],"
            " \"medicines\": [{\"name\": \"m\", \"daysLeft\": 3}], \"oxygen\": true}");
    json_of("town.OpenNeed", "need",
            "{\"need\": \"n1\", \"place\": \"310115125041\", \"category\": \"MEDICAL\","
            " \"kind\": \"MEDICINE\", \"priority\": 2, \"source\": {\"contact\": \"x\"}}");
    json_of("town.OpenNeed", "twice", "{\"need\": \"n1\", \"need\": \"n2\"}");
    json_of("hotline.LogCall", "number",
            "{\"call\": \"c1\", \"ring_ms\": \"18446744073709551615\"}");
    json_of("hotline.LogCall", "too_large", "{\"call\": \"c1\", \"ringMs\": 1e400}");
    json_of("town.Card", "unknown", "{\"nobody\": [[[[]]]]}");
}

void seeds_doors(void)
{
    zaps();
    files();
    sheets();
    rows();
    jsons();
}

/* ---- turns -------------------------------------------------------------------------------------------- */

static const char *const services[] = { "registry", "hotline", "referral", "supervision",
                                        "organisation" };
enum { SERVICES = sizeof(services) / sizeof(services[0]) };

/* A line of a scene: ms, who, subject, priority, JSON. */
static void add_line(char *line, uint64_t *ms)
{
    char *rest = NULL;
    char *fields[5];
    const char *error;
    struct arena arena;
    ProtobufCMessage *message;
    json_t *value = NULL;

    for (int i = 0; i < 5; i++)
        fields[i] = strtok_r(i == 0 ? line : NULL, "\t", &rest);
    if (fields[4] == NULL)
        return;
    uint64_t hours = (strtoull(fields[0], NULL, 10) - *ms) / 3600000;
    if (hours > 0) {
        add_byte(0);
        add_byte(hours > 255 ? 255 : hours);
        *ms = strtoull(fields[0], NULL, 10);
    }
    const ProtobufCMessageDescriptor *type = words_of_subject(slice_text(fields[2]));
    arena_open(&arena, 1 << 20);
    if (type != NULL && json_parse(fields[4], strlen(fields[4]), &arena, &value, &error) == 0
        && json_to_message(value, type, &arena, &message, &error) == 0) {
        size_t size = protobuf_c_message_get_packed_size(message);
        uint8_t *bytes = arena_alloc(&arena, size + 1);
        protobuf_c_message_pack(message, bytes);
        add_short(fields[1], strlen(fields[1]));
        add_short(fields[2], strlen(fields[2]));
        add_byte(size >> 8);
        add_byte(size & 0xff);
        add(bytes, size);
    }
    json_decref(value);
    arena_close(&arena);
}

/* The service of a scene is the one that its title begins with. */
static void add_scene(char *title, char *lines)
{
    char name[64];
    uint64_t ms = 0;
    char *rest = NULL;

    for (int i = 0; i < SERVICES; i++)
        if (strncmp(title, services[i], strlen(services[i])) == 0)
            add_byte((size_t)i);
    if (used == 0)
        return;
    for (char *line = strtok_r(lines, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest))
        add_line(line, &ms);
    snprintf(name, sizeof(name), "%.*s", 48, title);
    for (char *at = name; *at != '\0'; at++)
        if (*at == ' ' || *at == ':' || *at == ',')
            *at = '_';
    done("fuzz_turn", name);
}

/* Every fifth of them: they are many. */
void seeds_turns(const char *scenes)
{
    unsigned number = 0;
    char *text;
    size_t size;

    if (io_read_file(scenes, 4 << 20, &text, &size) != 0)
        exit(66);
    for (char *at = strstr(text, "# "); at != NULL;) {
        char *title = at + 2;
        char *lines = strchr(title, '\n');
        if (lines == NULL)
            break;
        *lines++ = '\0';
        at = lines[0] == '#' ? lines : strstr(lines, "\n# ");
        if (at != NULL && *at == '\n')
            *at++ = '\0';
        if (number++ % SCENE_STEP == 0 && lines[0] != '#')
            add_scene(title, lines);
    }
    free(text);
}
