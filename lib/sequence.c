// SPDX-License-Identifier: Apache-2.0
/* Sequence numbers: loss told from reordering, repetition and restart. */
#include "lib/sequence.h"

enum {
    /* A step forward beyond this is no loss that one could count, but a restart as well. */
    GAP_MAX = 1 << 24,
};

/*
 * A step back of at most so many units is reordering, anything further a restart.
 * Ten thousand flows come in some three hundred datagrams; as many datagrams are
 * hours of a small exporter, which would count as late until it has caught up.
 */
static const int32_t reorder_max[] = {
    [SEQUENCE_OF_DATAGRAMS] = 100,
    [SEQUENCE_OF_RECORDS] = 10000,
};

static enum sequence_verdict judge(const struct sequence *sequence, enum sequence_unit unit,
                                   uint32_t number, int32_t step)
{
    if (step == 0) {
        return SEQUENCE_GOOD;
    }
    if (sequence->seen && number == sequence->last) {
        return SEQUENCE_REPEATED;
    }
    if (step > 0) {
        return step > GAP_MAX ? SEQUENCE_RESTARTED : SEQUENCE_GAP;
    }
    return step < -reorder_max[unit] ? SEQUENCE_RESTARTED : SEQUENCE_LATE;
}

enum sequence_verdict sequence_next(struct sequence *sequence, enum sequence_unit unit,
                                    uint32_t number, uint32_t units, uint32_t *missing)
{
    const int32_t step = (int32_t)(number - sequence->expected);
    const enum sequence_verdict verdict =
        sequence->known ? judge(sequence, unit, number, step) : SEQUENCE_GOOD;

    *missing = verdict == SEQUENCE_GAP ? (uint32_t)step : units;
    if (verdict != SEQUENCE_LATE && verdict != SEQUENCE_REPEATED) {
        sequence->expected = number + units;
        sequence->last = number;
        sequence->known = true;
        sequence->seen = true;
    }
    return verdict;
}

void sequence_forget(struct sequence *sequence)
{
    sequence->known = false;
}
