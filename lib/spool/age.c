// SPDX-License-Identifier: Apache-2.0
// When records were new, in a few marks.
#include "lib/spool/age.h"

#include <string.h>

static const int64_t second_ns = 1000000000;

/* How many marks the one that oldest is counted from has before it. */
static size_t behind(const struct spool_age *age, uint64_t oldest)
{
    size_t n = 0;

    while (n + 1 < age->n && age->marks[n + 1].sequence <= oldest) {
        n++;
    }
    return n;
}

static void forget(struct spool_age *age, uint64_t oldest)
{
    const size_t n = behind(age, oldest);

    age->n -= n;
    memmove(age->marks, age->marks + n, age->n * sizeof(age->marks[0]));
    if (age->n <= 1) {
        age->step_ns = second_ns;
    }
}

/* Every second mark goes; the first stays. */
static void thin(struct spool_age *age)
{
    for (size_t i = 0; 2 * i < age->n; i++) {
        age->marks[i] = age->marks[2 * i];
    }
    age->n = (age->n + 1) / 2;
    age->step_ns *= 2;
}

void spool_age_note(struct spool_age *age, uint64_t sequence, int64_t now_ns, uint64_t oldest)
{
    if (oldest >= sequence) {
        age->n = 0;
    }
    forget(age, oldest);
    if (age->n > 0 && now_ns - age->marks[age->n - 1].at_ns < age->step_ns) {
        return;
    }
    if (age->n == SPOOL_AGE_MARKS) {
        thin(age);
    }
    age->marks[age->n++] = (struct spool_mark){sequence, now_ns};
}

int64_t spool_age_of(const struct spool_age *age, uint64_t sequence)
{
    return age->n == 0 ? 0 : age->marks[behind(age, sequence)].at_ns;
}
