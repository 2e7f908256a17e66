/*
 * bench-turns FOLDER [COUNT] - how many commands a second one service does, without its sockets: turn, write
 * set, outbox, timer, commit; in batches as they wait, and one by one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kit/kit.h"
#include "town.pb-c.h"
#include "toy/toy.h"

enum { AT_ONCE = 512, BODY_BYTES = 256 };

struct made {
    uint8_t *bytes;
    struct stored stored;
};

static void make(struct made *made, uint64_t seq)
{
    Town__OpenNeed open = TOWN__OPEN_NEED__INIT;
    Bus__Envelope envelope = BUS__ENVELOPE__INIT;
    uint8_t body[BODY_BYTES];
    uint8_t bytes[2 * BODY_BYTES];
    char id[32];
    char place[16];

    snprintf(id, sizeof(id), "need-%llu", (unsigned long long)seq);
    snprintf(place, sizeof(place), "c%llu", (unsigned long long)seq % 50);
    open.need = id;
    open.place = place;
    open.person = "p-1234567";
    open.category = TOWN__CATEGORY__MEDICAL;
    open.kind = "MEDICINE";
    open.detail = "a text of the usual length, as a seat of the hotline writes it";
    envelope.epoch = 1;
    envelope.number = seq;
    envelope.subject = "toy.OpenNeed.c41";
    envelope.body.data = body;
    envelope.body.len = town__open_need__pack(&open, body);
    size_t size = bus__envelope__pack(&envelope, bytes);
    struct slice source = slice_text("vc");
    made->bytes = malloc(scan_stored_size(source, slice_of(bytes, size)));
    if (made->bytes == NULL)
        exit(1);
    scan_stored_pack(seq, 1674000000000 + seq, source, slice_of(bytes, size), made->bytes);
    scan_stored(slice_of(made->bytes, scan_stored_size(source, slice_of(bytes, size))),
                &made->stored);
}

static void run(struct kit *kit, uint64_t *seq, uint32_t count, uint32_t at_once)
{
    struct stored messages[AT_ONCE];
    struct made made[AT_ONCE];
    uint64_t passed_us = 0;

    for (uint32_t done = 0; done < count; done += at_once) {
        for (uint32_t i = 0; i < at_once; i++) {
            make(&made[i], ++*seq);
            messages[i] = made[i].stored;
        }
        uint64_t begun_us = clock_steady_us();
        if (kit_take(kit, *seq, messages, at_once) != 0)
            exit(1);
        kit_stored(kit, kit_state(kit).number);
        passed_us += clock_steady_us() - begun_us;
        for (uint32_t i = 0; i < at_once; i++)
            free(made[i].bytes);
    }
    printf("%6u at once  %8.0f commands/s  %7.1f us each\n", at_once,
           (double)count * 1e6 / (double)passed_us, (double)passed_us / (double)count);
}

int main(int argc, char **argv)
{
    struct kit_options options = { .service = &toy_service, .path = argc > 1 ? argv[1] : "." };
    uint32_t count = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 100000;
    struct kit *kit;
    uint64_t seq = 0;

    if (kit_open(&options, &kit) != 0 || kit_begin(kit, 1, 1) != 0)
        return 1;
    run(kit, &seq, count / 50, 1);
    run(kit, &seq, count / 10, 16);
    run(kit, &seq, count, AT_ONCE);
    kit_close(kit);
    return 0;
}
