// SPDX-License-Identifier: Apache-2.0
/* Faults in the log, at a bounded rate. */
#include "lib/fault_log.h"

#include "lib/log.h"
#include "lib/text_write.h"

static const uint64_t SECOND_NS = 1000000000;

enum { SLOTS = 1024, SILENCE_SECONDS = 10, LINES_A_SECOND = 10 };

/* Until when a reason of an exporter has been said; those that share a slot say less. */
struct slot {
    uint64_t until_ns;
};

struct fault_log {
    struct slot slots[SLOTS];
    uint64_t second;
    unsigned lines;
    uint64_t left_out;
};

/* Each worker has its own. */
static _Thread_local struct fault_log fault_log;

static struct slot *slot_of(const struct flow_addr *from, enum decode_error error)
{
    uint32_t hash = 2166136261u ^ (uint32_t)error;

    for (uint8_t i = 0; i < from->len; i++) {
        hash = (hash ^ from->bytes[i]) * 16777619u;
    }
    return &fault_log.slots[hash % SLOTS];
}

static bool silent(const struct decode *d, enum decode_error error)
{
    const uint64_t now = d->datagram->received_ns;
    struct slot *slot = slot_of(&d->datagram->from, error);

    if (now < slot->until_ns && now + SILENCE_SECONDS * SECOND_NS >= slot->until_ns) {
        return true;
    }
    if (fault_log.second != now / SECOND_NS) {
        fault_log.second = now / SECOND_NS;
        fault_log.lines = 0;
    }
    if (fault_log.lines >= LINES_A_SECOND) {
        return true;
    }
    fault_log.lines++;
    slot->until_ns = now + SILENCE_SECONDS * SECOND_NS;
    return false;
}

void fault_log_report(struct decode *d, enum decode_error error, const char *detail)
{
    char exporter[TEXT_ADDR_MAX + 1];

    if (decode_errors[error].cost == COST_NOTHING || silent(d, error)) {
        fault_log.left_out++;
        return;
    }
    *text_write_addr(exporter, &d->datagram->from) = '\0';
    LOG(WARN, decode_errors[error].text, LOG_TEXT("reason", decode_errors[error].key),
        LOG_TEXT("exporter", exporter), LOG_NUMBER("port", d->datagram->from_port),
        LOG_TEXT("detail", detail == NULL ? "" : detail),
        LOG_NUMBER("left_out", fault_log.left_out));
    fault_log.left_out = 0;
}
