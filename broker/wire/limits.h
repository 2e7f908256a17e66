/*
 * wire/limits.h - every limit of the wire, with its unit and its reason.
 */
#pragma once

enum {
    WIRE_VERSION = 1,

    WIRE_BODY_BYTES = 64 << 10,     /* a message's body: facts, not files                         */
    WIRE_ENVELOPE_BYTES = 66 << 10, /* a body and what stands in front of it                      */
    WIRE_FRAME_BYTES = 1 << 20,     /* a frame: 16 of the largest messages, or 1,000 usual ones   */
    WIRE_FRAME_ITEMS = 1024,        /* in one frame                                               */
    WIRE_GATHER_ITEMS = 64,         /* what a client puts into one frame before it sends it       */
    WIRE_SUBJECT_BYTES = 128,       /* service.Message.unit                                       */
    WIRE_FILTERS = 64,              /* of one subscription                                        */
    WIRE_NAME_BYTES = 64,           /* a unit, a case, a source                                   */
    WIRE_ID_BYTES = 96,             /* cause, traceparent                                         */

    WIRE_DEPTH = 8,              /* of nested messages: a recursive schema is a lint error     */
    WIRE_FIELDS = 4096,          /* of one message with all below it: an import has 200 rows   */
    WIRE_UNKNOWN_FIELDS = 32,    /* a newer peer may say more than we know, but not much more  */
    WIRE_UNPACK_BYTES = 1 << 20, /* of memory for one message, 8 times its size at most        */

    WIRE_PUBLISH_MESSAGES = 4096, /* credit of a producer: not yet acknowledged                 */
    WIRE_PUBLISH_BYTES = 8 << 20,
    WIRE_DELIVER_BYTES = 4 << 20, /* default credit of a receiver                               */
    WIRE_LEASES = 1024,           /* open leases of one taker                                   */
    WIRE_QUERIES = 64,            /* of one asker, not yet answered                             */
    WIRE_QUERY_MS = 30 * 1000,    /* the longest deadline of a query                            */

    WIRE_PING_MS = 1000,    /* an idle client asks whether its session still lives        */
    WIRE_SILENCE_MS = 5000, /* without any answer for so long, the link counts as down    */
};
