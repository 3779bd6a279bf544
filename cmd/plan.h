// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_PLAN_H
#define CMD_PLAN_H

#include <stdbool.h>

#include "lib/admission.h"
#include "lib/decoder.h"
#include "lib/exporter/exporter.h"
#include "lib/field_set.h"
#include "lib/mapping/mapping.h"
#include "lib/record/key.h"
#include "lib/subscriber/subscribers.h"

/* The words that a plan is made of. */
struct plan_words {
    const char *fields;
    const char *compat;
    const char *tunnels;
    const char *mapping; /* a file */
    const char *allow;   /* prefixes */
    struct exporter_limits limits;
    const char *subscribers; /* a file */
    uint64_t stream_max_age_ns;
    uint64_t stream_max_skew_ns;
    const char *records; /* kinds */
    uint64_t records_refresh_ns;
    uint64_t records_loss_interval_ns;
};

/*
 * What datagrams are made into, and how: one thing, made whole before it is used,
 * so that a reload can put another in its place.
 */
struct plan {
    struct decode_settings decode;
    struct exporter_limits limits;
    struct field_set fields;
    struct field_set key; /* of messages, where the mapping file says so */
    struct mapping *mapping;
    struct admission *admission;
    struct subscribers *subscribers;
};

/* Why there is no plan. */
struct plan_fault {
    const char *option;      /* its name; NULL if message says it all */
    const char *file_option; /* the option that names the file that message is about, or NULL */
    const char *value;
    char message[512];
};

/* NULL if a word means nothing, a file is not right, or there is no memory: see *fault. */
struct plan *plan_new(const struct plan_words *words, struct plan_fault *fault);
void plan_free(struct plan *plan);

/* Tells the log what was read. */
void plan_log(const struct plan *plan);

/* Keys of records are made of these fields, too. */
void plan_note_key(struct plan *plan, const struct record_key *key);

/* Words that a list option may hold, and the bit of each; ends with a row of zeros. */
struct plan_word {
    const char *name;
    unsigned bit;
};

/* Or-s the bits of the words of a comma list; false if one is none of them. */
bool plan_parse_words(const struct plan_word *words, const char *text, unsigned *bits);

#endif
