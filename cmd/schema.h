// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_SCHEMA_H
#define CMD_SCHEMA_H

#include <stdio.h>

#include "lib/field_set.h"
#include "lib/record/key.h"

enum { SCHEMA_TOPIC_MAX = 249 /* as Kafka has it */ };

/* What the records are, and the topic that they are in. */
struct schema_wish {
    struct field_set set;
    struct record_key key;    /* key.max is 0 if messages have none */
    const char *fields;       /* as the command line named them */
    const char *key_words;    /* likewise */
    const char *mapping_path; /* "" for none */
    const char *topic;
    char table[SCHEMA_TOPIC_MAX + 2]; /* the topic, as a name of SQL */
    const char *brokers;
    uint64_t partitions; /* 0 if the topic is there already */
};

/*
 * A system that wants to be told what a record looks like.  To add one:
 * cmd/schema_<name>.c, its row in cmd/schema.c, and its column in cmd/schema_values.def.
 */
struct schema_target {
    const char *name;
    const char *title;  /* for people */
    const char *fields; /* where the command line names none */
    void (*print)(FILE *out, const struct schema_wish *wish);
};

extern const struct schema_target schema_avro;
extern const struct schema_target schema_clickhouse;
extern const struct schema_target schema_flink;
extern const struct schema_target schema_jsonschema;
extern const struct schema_target schema_ksqldb;
extern const struct schema_target schema_markdown;
extern const struct schema_target schema_proto;

/* Says, in comments of SQL, which options of weir write these records. */
void schema_print_head(FILE *out, const struct schema_wish *wish, const char *reader);

/* The subcommand; returns the exit code. */
int schema_main(int argc, char **argv);

#endif
