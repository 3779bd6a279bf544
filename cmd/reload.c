// SPDX-License-Identifier: Apache-2.0
/* SIGHUP: parse all, check all, then swap. */
#include "cmd/reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

enum { NAMES_OCTETS = 512 };

static bool same_list(const struct option_list *a, const struct option_list *b)
{
    bool same = a->n == b->n;

    for (size_t i = 0; same && i < a->n; i++) {
        same = strcmp(a->at[i], b->at[i]) == 0;
    }
    return same;
}

static bool same_value(const struct option_place *a, const struct option_place *b)
{
    switch (a->option->kind) {
    case OPTION_BOOL:
        return *(const bool *)a->value == *(const bool *)b->value;
    case OPTION_STRING:
        return strcmp(*(const char *const *)a->value, *(const char *const *)b->value) == 0;
    case OPTION_LIST:
        return same_list(a->value, b->value);
    default:
        return *(const uint64_t *)a->value == *(const uint64_t *)b->value;
    }
}

/* Names the options that changed and cannot while weir runs. */
static void warn_of_fixed(const struct setup *running, const struct setup *fresh)
{
    struct option_place was = options_begin(running->groups, running->n_groups);
    struct option_place is = options_begin(fresh->groups, fresh->n_groups);
    char names[NAMES_OCTETS] = "";
    size_t len = 0;

    while (options_next(&was) && options_next(&is)) {
        if ((was.option->flags & OPTION_LIVE) == 0 && !same_value(&was, &is) &&
            len < sizeof(names)) {
            len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s", len == 0 ? "" : ",",
                                    was.name);
        }
    }
    if (len > 0) {
        LOG(WARN, "these options change at the next start only", LOG_TEXT("options", names));
    }
}

/* What one worker gets, and gives back. */
struct swap {
    const struct plan *plan;
    const struct record_key *key;
    struct format *format;
    bool done;
};

/* On the worker's thread, between two datagrams. */
static void swap_plan(struct pipeline *pipeline, void *arg)
{
    struct swap *swap = arg;

    if (exporters_set_settings(pipeline->exporters, &swap->plan->decode) &&
        output_set_format(pipeline->output, &swap->format) &&
        output_make_keys(pipeline->output, swap->key) == 0) {
        exporters_set_limits(pipeline->exporters, &swap->plan->limits);
        pipeline->settings = swap->plan->decode;
        swap->done = true;
    }
}

static bool swap_worker(struct worker *worker, const struct setup *fresh)
{
    struct swap swap = {
        .plan = fresh->plan,
        .key = &fresh->key,
        .format = format_new(fresh->format_ops, &fresh->plan->fields, fresh->plan->decode.compat),
    };

    if (swap.format != NULL) {
        (void)worker_call(worker, swap_plan, &swap);
    }
    format_free(swap.format);
    return swap.done;
}

static bool swap_workers(struct worker *const *workers, unsigned n, const struct setup *fresh)
{
    for (unsigned i = 0; i < n; i++) {
        if (!swap_worker(workers[i], fresh)) {
            return false;
        }
    }
    return true;
}

static void free_setup(struct setup *setup)
{
    while (setup != NULL) {
        struct setup *older = setup->older;

        setup_free(setup);
        free(setup);
        setup = older;
    }
}

void reload_now(struct reload *reload, struct worker *const *workers, unsigned n_workers)
{
    struct setup *fresh = calloc(1, sizeof(*fresh));

    if (fresh == NULL || !setup_read_again(fresh, &reload->line)) {
        LOG(ERROR, "not reloaded: the configuration stays as it was",
            LOG_TEXT("error", fresh == NULL ? "no memory" : fresh->message));
        free_setup(fresh);
        return;
    }
    fresh->format_ops = reload->started->format_ops;
    warn_of_fixed(reload->started, fresh);
    if (!swap_workers(workers, n_workers, fresh)) {
        LOG(ERROR, "reloaded in part: no memory for all workers");
        fresh->older = reload->current;
        reload->current = fresh;
        return;
    }
    setup_apply_log(fresh);
    free_setup(reload->current);
    reload->current = fresh;
    LOG(INFO, "reloaded");
    plan_log(fresh->plan);
}

void reload_free(struct reload *reload)
{
    free_setup(reload->current);
    reload->current = NULL;
}
