/*
 * THE BROKER ON ONE PAGE: what may become of a message in a mailbox, and every limit.
 */
#include "core/inside.h"

const struct move core_entry_moves[] = {
    { ENTRY_NONE,    ENTRY_ARRIVE,  ENTRY_READY   },
    { ENTRY_READY,   ENTRY_LEASE,   ENTRY_LEASED  },
    { ENTRY_LEASED,  ENTRY_RECEIPT, ENTRY_DONE    },
    { ENTRY_LEASED,  ENTRY_RETURN,  ENTRY_READY   },
    { ENTRY_LEASED,  ENTRY_LATER,   ENTRY_DELAYED },
    { ENTRY_LEASED,  ENTRY_EXPIRE,  ENTRY_READY   },  /* its taker fell silent            */
    { ENTRY_LEASED,  ENTRY_BURY,    ENTRY_DEAD    },  /* returned for good, or too often  */
    { ENTRY_READY,   ENTRY_LATER,   ENTRY_DELAYED },  /* not before its time              */
    { ENTRY_READY,   ENTRY_BURY,    ENTRY_DEAD    },  /* after its time                   */
    { ENTRY_DELAYED, ENTRY_DUE,     ENTRY_READY   },
    { ENTRY_DEAD,    ENTRY_REDRIVE, ENTRY_READY   },
    { 0, 0, 0 }
};

const char *const core_entry_states[] = {
    [ENTRY_NONE]    = "NONE",
    [ENTRY_READY]   = "READY",
    [ENTRY_LEASED]  = "LEASED",
    [ENTRY_DELAYED] = "DELAYED",
    [ENTRY_DEAD]    = "DEAD",
    [ENTRY_DONE]    = "DONE",
};

struct core_limits core_limits_default(void)
{
    return (struct core_limits){
        .peers            = 10000,          /* sessions: every desk of a district            */
        .peers_of_unit    = 256,            /* one unit cannot take all of them              */
        .publish_messages = 4096,           /* not yet acknowledged, of one session          */
        .publish_bytes    = 8 << 20,
        .frame_bytes      = 1 << 20,
        .body_bytes       = 64 << 10,
        .feed_bytes       = 256 << 10,      /* of one DELIVER frame: a tenth of a second     */
        .attempts         = 10,             /* then somebody must look                       */
        .lease_ms_max     = 60 * 60 * 1000, /* an hour's work; longer work extends it        */
        .leases           = 1024,           /* open in one mailbox                           */
        .lane_window      = 1024,           /* untouched messages of a lane in memory        */
        .set_aside        = 16384,          /* delayed and dead of a mailbox, in memory      */
        .sources_of_unit  = 4096,           /* producers are kept for ever                   */
        .queries_of_peer  = 256,
        .retry_ms         = 1000,           /* told with FULL                                */
        .link_grace_ms    = 10 * 1000,      /* a restart of a peer is no news                */
    };
}
