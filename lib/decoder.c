// SPDX-License-Identifier: Apache-2.0
#include "lib/decoder.h"

#include "lib/report/report.h"
#include "lib/text_write.h"

void decode_fault(struct decode *d, enum decode_error error, const char *detail)
{
    counter_bump(&d->counters->errors[error], 1);
    tally_fault(&d->tally, error);
    d->tally.failed |= decode_errors[error].cost >= COST_RECORD;
    if (decode_errors[error].cost == COST_DATAGRAM && !d->damaged) {
        d->damaged = true;
        d->damage = error;
    }
    if (d->hear_fault != NULL) {
        d->hear_fault(d, error, detail);
    }
}

void decode_check_text(struct decode *d, const struct flow_slice *text, const char *detail)
{
    if (!text_is_utf8(text->data, text->len)) {
        decode_fault(d, DECODE_STRING_INVALID, detail);
    }
}

/* Whether so many octets more may leave; the first refusal is counted. */
static bool within_budget(struct decode *d, size_t octets)
{
    if (d->spent.output + octets <= DECODE_OUTPUT_MAX && d->spent.values <= DECODE_VALUES_MAX &&
        d->spent.records <= DECODE_RECORDS_MAX) {
        return true;
    }
    if (!d->spent.over) {
        d->spent.over = true;
        decode_fault(d, DECODE_BUDGET, NULL);
    }
    return false;
}

bool decode_half_spent(const struct decode *d)
{
    return d->spent.output > DECODE_OUTPUT_MAX / 2 || d->spent.values > DECODE_VALUES_MAX / 2 ||
           d->spent.records > DECODE_RECORDS_MAX / 2;
}

bool decode_emit(struct decode *d)
{
    d->spent.records++;
    if (!within_budget(d, d->record_max)) {
        return false;
    }
    d->tally.flows++;
    d->emit(d);
    return true;
}

bool decode_report(struct decode *d, const struct report *report)
{
    d->spent.records++;
    if (!within_budget(d, report_most(report))) {
        return false;
    }
    d->emit_report(d, report);
    return true;
}

bool decode_spend_values(struct decode *d, size_t n)
{
    d->spent.values += n;
    return within_budget(d, d->record_max);
}
