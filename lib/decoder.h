// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_DECODER_H
#define LIB_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/compat.h"
#include "lib/counters.h"
#include "lib/decode_error.h"
#include "lib/flow.h"
#include "lib/tally.h"
#include "lib/wire.h"

struct domain;
struct exporters;
struct outline;
struct admission;
struct mapping;
struct report;
struct subscribers;

/* A datagram as it was received: borrowed for the length of one call. */
struct datagram {
    const uint8_t *data;
    size_t len;
    struct flow_addr from; /* IPv4-mapped addresses are unmapped already */
    uint32_t from_scope;   /* interface of a link-local address, else 0 */
    uint16_t from_port;
    uint16_t listener; /* which of our sockets */
    uint64_t received_ns;
};

/* What one datagram may make of itself: 64 kB of input must not become hundreds of megabytes. */
enum {
    DECODE_OUTPUT_MAX = 4 << 20, /* octets of encoded records */
    DECODE_VALUES_MAX = 65536,   /* field values of data records */
    DECODE_RECORDS_MAX = 32768,
};

/* What is looked for in a sampled packet beyond goflow2's layers; by default nothing. */
enum decode_tunnels {
    TUNNEL_VXLAN = 1,  /* UDP port 4789 (RFC 7348) */
    TUNNEL_GENEVE = 2, /* UDP port 6081 (RFC 8926) */
    TUNNEL_GTPU = 4,   /* UDP port 2152 (3GPP TS 29.281) */
    TUNNEL_TEREDO = 8, /* UDP port 3544 (RFC 4380) */
};

enum { STREAM_ADDRS_MAX = 24 };

/* How the fields of the set stream are filled. */
struct stream_settings {
    bool wanted; /* somebody wants one of them */
    bool unmaps; /* the set itself: IPv4-mapped addresses become IPv4 */
    uint16_t n_addrs;
    uint16_t addrs[STREAM_ADDRS_MAX];      /* these, enum flow_index */
    uint64_t max_age_ms;                   /* flow_end_ms lies at most so long before received_ms */
    uint64_t max_skew_ms;                  /* and so long behind it */
    const struct subscribers *subscribers; /* NULL for none */
    bool sides; /* somebody wants fields of the subscriber and of the other end */
    bool twice; /* a flow between two of them has two records */
};

struct decode_settings {
    unsigned compat;    /* enum compat, or-ed */
    unsigned tunnels;   /* enum decode_tunnels, or-ed */
    bool keep_elements; /* somebody wants the field elements */
    bool look_up_names; /* somebody wants names of interfaces, routing instances or applications */
    bool make_record_ids; /* somebody wants the field record_id */
    struct stream_settings stream;
    unsigned reports;           /* enum report_wish, or-ed: records beside flows */
    bool no_flows;              /* these alone */
    uint64_t report_refresh_ns; /* options data that stays the same is told again after so long */
    uint64_t loss_interval_ns;  /* between two reports on what was lost */
    const struct mapping *mapping;     /* of a mapping file; NULL for none */
    const struct admission *admission; /* which exporters may speak; NULL for all */
};

/*
 * What the header says of all records of a message; enrichment works times, rates and names out
 * from it.
 */
struct decode_message {
    struct domain *domain; /* NULL where there is no state to ask */
    uint64_t export_ns;    /* the exporter's clock, since 1970; 0 if the protocol has none */
    uint32_t uptime_ms;    /* the exporter's, at export_ns */
    bool has_uptime;
    uint16_t template_id; /* 0 if there is none */
    bool rate_announced;  /* options data of this datagram has told the domain's rate */
    uint32_t set;         /* number of the set in its message; 0 if the protocol has none */
    uint32_t record;      /* number of the record in its set, or else in its message */
};

/* What a datagram has used of its budget. */
struct decode_spent {
    size_t output;
    size_t values;
    size_t records;
    bool over; /* something found no room in it, which was counted */
};

/*
 * One datagram being decoded.  A decoder reads from wire, fills flow, and calls
 * decode_emit() for each flow that it finds.  It allocates nothing but state of
 * the exporter, and knows of no socket and no output.
 */
struct decode {
    struct wire wire;
    const struct datagram *datagram;
    const struct decode_settings *settings;
    struct exporters *exporters; /* templates, options data and sequences live here */
    struct counters *counters;

    struct decode_message message;
    struct decode_spent spent;
    struct tally tally;
    bool damaged;             /* a fault has cost the datagram, or the rest of it */
    enum decode_error damage; /* the first that did */

    struct flow flow;     /* scratch; decode_begin_flow() clears it */
    uint8_t record_id[8]; /* of the flow, where its field points to */
    uint32_t other_leg;   /* the pool of the destination, where it has a record of its own; or 0 */

    /* Takes d->flow, and adds to d->spent.output what it made of it. */
    void (*emit)(struct decode *d);
    size_t record_max; /* octets that emit may make of a flow, at most */
    /* Likewise takes a record beside flows. */
    void (*emit_report)(struct decode *d, const struct report *report);
    /* Hears of each fault; may log it.  May be NULL. */
    void (*hear_fault)(struct decode *d, enum decode_error error, const char *detail);
    void *arg; /* of emit, emit_report and hear_fault */
};

/* One wire format.  To add one: decoders/<name>.c, and its line in decoders/CMakeLists.txt. */
struct decoder {
    const char *name;   /* its file, its folder of golden cases, its label in the counters */
    const char *title;  /* for people */
    const char *scheme; /* the listen URI that takes it: netflow or sflow */
    uint8_t magic[4];   /* the first magic_len octets of each of its datagrams */
    uint8_t magic_len;
    uint8_t first_set; /* where the id of the first set stands; 0 if there are no templates */
    /* Reads one datagram.  Faults are counted by decode_fault(). */
    void (*decode)(struct decode *d);
    /*
     * Does the same, and tells outline what stands in the datagram: nothing if there
     * is no whole header.
     */
    void (*describe)(struct decode *d, struct outline *outline);
    const char *outline_type; /* "netflowv5", as goflow2 names the message */
    /*
     * The datagram in a few words: "NetFlowV5 seq:flow-sequence count:count".  Behind
     * each colon stands the key of a value in the outline, for the value; of an array,
     * for the number of its items.
     */
    const char *outline_summary;
};

/* Counts a fault.  detail is for the log: a short text, or NULL. */
void decode_fault(struct decode *d, enum decode_error error, const char *detail);

/* Counts a text that is not UTF-8; it is repaired when it is written. */
void decode_check_text(struct decode *d, const struct flow_slice *text, const char *detail);

static inline bool decode_compat(const struct decode *d, unsigned difference)
{
    return (d->settings->compat & difference) != 0;
}

/* Takes the clock of a header, in ns since 1970; counts one that was never set. */
static inline void decode_clock(struct decode *d, uint64_t ns)
{
    d->message.export_ns = ns;
    if (ns < 1000000000) {
        decode_fault(d, DECODE_TIME_SUSPECT, "clock of the exporter");
    }
}

/* Clears d->flow, and fills what every record has: type, received and exporter. */
static inline void decode_begin_flow(struct decode *d, enum flow_type type)
{
    flow_clear(&d->flow);
    FLOW_SET(&d->flow, type, (uint8_t)type);
    FLOW_SET(&d->flow, time_received, d->datagram->received_ns);
    FLOW_SET(&d->flow, sampler_address, d->datagram->from);
    FLOW_SET(&d->flow, exporter_address, d->datagram->from);
}

/*
 * Hands the flow on.  False when the datagram has spent its budget (counted
 * once): the decoder stops then.
 */
bool decode_emit(struct decode *d);

/*
 * Hands a record beside flows on, which whoever makes it has asked decode_wants() about.  False
 * as decode_emit().
 */
bool decode_report(struct decode *d, const struct report *report);

/* Whether somebody wants such records; wish is of enum report_wish. */
static inline bool decode_wants(const struct decode *d, unsigned wish)
{
    return (d->settings->reports & wish) != 0;
}

/* Whether half of the datagram's budget is gone: what can wait then waits. */
bool decode_half_spent(const struct decode *d);

/* Takes n field values from the budget; false as decode_emit(). */
bool decode_spend_values(struct decode *d, size_t n);

#endif
