// SPDX-License-Identifier: Apache-2.0
// How values are distributed, in few octets.
#include "lib/histogram.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { FINE = 8 }; /* buckets of each power of two; values below are counted exactly */

static const int64_t LIFE_NS = (int64_t)HISTOGRAM_LIFE_S * 1000000000;

static unsigned bucket_of(uint32_t value)
{
    unsigned shift;

    if (value < FINE) {
        return value;
    }
    shift = 28 - (unsigned)__builtin_clz(value);
    return shift * FINE + (value >> shift);
}

static double bucket_begin(unsigned bucket)
{
    const unsigned shift = bucket < FINE ? 0 : bucket / FINE - 1;

    return (double)((uint64_t)(bucket - shift * FINE) << shift);
}

/* From the first value of a bucket to its last. */
static double bucket_span(unsigned bucket)
{
    return bucket < FINE ? 0 : (double)(((uint64_t)1 << (bucket / FINE - 1)) - 1);
}

/* How many generations have gone by; a clock that was set back by much ends them all. */
static int turns(const struct histogram *h, uint64_t now_ns)
{
    const int64_t age = (int64_t)(now_ns - h->began_ns);

    if (age < LIFE_NS) {
        return age > -LIFE_NS ? 0 : 2;
    }
    return age < 2 * LIFE_NS ? 1 : 2;
}

static void clear(struct histogram *h, unsigned generation)
{
    h->extents[generation] = (struct histogram_extent){0};
    memset(h->at[generation], 0, sizeof(h->at[generation]));
}

static void turn(struct histogram *h, uint64_t now_ns)
{
    const int n = turns(h, now_ns);

    if (n == 0) {
        return;
    }
    h->newer = !h->newer;
    clear(h, h->newer);
    if (n == 1) {
        h->began_ns += (uint64_t)LIFE_NS;
        return;
    }
    clear(h, !h->newer);
    h->began_ns = now_ns;
}

static void extend(struct histogram *h, const struct histogram_extent *more, uint64_t sum)
{
    struct histogram_extent *extent = &h->extents[h->newer];

    if (extent->n == 0 || more->least < extent->least) {
        extent->least = more->least;
    }
    if (more->greatest > extent->greatest) {
        extent->greatest = more->greatest;
    }
    extent->n += more->n;
    h->count += more->n;
    h->sum += sum;
}

void histogram_add(struct histogram *h, uint32_t value, uint32_t times, uint64_t now_ns)
{
    const struct histogram_extent more = {times, value, value};

    turn(h, now_ns);
    h->at[h->newer][bucket_of(value)] += times;
    extend(h, &more, (uint64_t)value * times);
}

/* Nothing but the buckets is in the loop, so that those in no cache are waited for together. */
void histogram_add_each(struct histogram *h, const uint32_t *values, uint32_t n, uint64_t now_ns)
{
    struct histogram_extent more = {n, UINT32_MAX, 0};
    uint64_t sum = 0;
    uint32_t *at;

    if (n == 0) {
        return;
    }
    turn(h, now_ns);
    at = h->at[h->newer];
    for (uint32_t i = 0; i < n; i++) {
        at[bucket_of(values[i])]++;
        sum += values[i];
        more.least = values[i] < more.least ? values[i] : more.least;
        more.greatest = values[i] > more.greatest ? values[i] : more.greatest;
    }
    extend(h, &more, sum);
}

static void add_generation(struct histogram_view *view, const struct histogram *h,
                           unsigned generation)
{
    const struct histogram_extent *extent = &h->extents[generation];

    if (extent->n == 0) {
        return;
    }
    view->least = view->n == 0 || extent->least < view->least ? extent->least : view->least;
    view->greatest = extent->greatest > view->greatest ? extent->greatest : view->greatest;
    view->n += extent->n;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        view->at[i] += h->at[generation][i];
    }
}

void histogram_view_add(struct histogram_view *view, const struct histogram *h, uint64_t now_ns)
{
    const int n = turns(h, now_ns);

    view->count += h->count;
    view->sum += h->sum;
    if (n < 2) {
        add_generation(view, h, h->newer);
    }
    if (n < 1) {
        add_generation(view, h, !h->newer);
    }
}

static double between(double value, double least, double greatest)
{
    return value < least ? least : value > greatest ? greatest : value;
}

double histogram_view_quantile(const struct histogram_view *view, double q)
{
    const double rank = q * (double)view->n;
    double below = 0;

    if (view->n == 0) {
        return NAN;
    }
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        const double n = (double)view->at[i];

        if (n > 0 && below + n >= rank) {
            return between(bucket_begin(i) + bucket_span(i) * (rank - below) / n, view->least,
                           view->greatest);
        }
        below += n;
    }
    return view->greatest;
}
