// SPDX-License-Identifier: Apache-2.0
// How values are distributed, in few octets.
#include "lib/metrics/histogram.h"

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

static void turn(struct histogram *h, uint64_t now_ns)
{
    const int n = turns(h, now_ns);

    if (n == 0) {
        return;
    }
    h->newer = !h->newer;
    memset(&h->generations[h->newer], 0, sizeof(h->generations[0]));
    if (n == 1) {
        h->began_ns += (uint64_t)LIFE_NS;
        return;
    }
    memset(&h->generations[!h->newer], 0, sizeof(h->generations[0]));
    h->began_ns = now_ns;
}

void histogram_add(struct histogram *h, uint32_t value, uint32_t times, uint64_t now_ns)
{
    struct histogram_generation *g;

    turn(h, now_ns);
    g = &h->generations[h->newer];
    h->count += times;
    h->sum += (uint64_t)value * times;
    g->least = g->n == 0 || value < g->least ? value : g->least;
    g->greatest = value > g->greatest ? value : g->greatest;
    g->n += times;
    g->at[bucket_of(value)] += times;
}

static void add_generation(struct histogram_view *view, const struct histogram_generation *g)
{
    if (g->n == 0) {
        return;
    }
    view->least = view->n == 0 || g->least < view->least ? g->least : view->least;
    view->greatest = g->greatest > view->greatest ? g->greatest : view->greatest;
    view->n += g->n;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        view->at[i] += g->at[i];
    }
}

void histogram_view_add(struct histogram_view *view, const struct histogram *h, uint64_t now_ns)
{
    const int n = turns(h, now_ns);

    view->count += h->count;
    view->sum += h->sum;
    if (n < 2) {
        add_generation(view, &h->generations[h->newer]);
    }
    if (n < 1) {
        add_generation(view, &h->generations[!h->newer]);
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
