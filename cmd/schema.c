// SPDX-License-Identifier: Apache-2.0
/* weir schema: what a record looks like, in the words of whoever is to read it. */
#include "cmd/schema.h"

#include <string.h>

#include "lib/mapping/mapping.h"
#include "lib/option/option.h"

static const struct schema_target *const targets[] = {
    &schema_proto,
};

enum { TARGETS = sizeof(targets) / sizeof(targets[0]), MESSAGE_MAX = 512 };

struct schema {
    const char *fields;
    const char *mapping_path;

    const struct schema_target *target;
    struct field_set set;
    struct mapping *mapping; /* which set borrows from; NULL for none */
};

static const struct option schema_options[] = {
    {"fields", OPTION_STRING, offsetof(struct schema, fields), "all",
     "Fields of a record: goflow2, all, or a list of sets and fields"},
    {"mapping", OPTION_STRING, offsetof(struct schema, mapping_path), NULL,
     "Configuration file for custom mappings"},
    {0},
};

static void print_usage(const struct option_group *group)
{
    (void)fprintf(stderr, "Usage: weir schema [options] TARGET\n\n"
                          "Prints what a record looks like, for whoever is to read it.\n\n"
                          "Targets:\n");
    for (size_t i = 0; i < TARGETS; i++) {
        (void)fprintf(stderr, "  %-9s %s\n", targets[i]->name, targets[i]->title);
    }
    options_print_usage(group, 1, "\nOptions:");
}

static bool refuse(const char *message)
{
    (void)fprintf(stderr, "weir schema: %s\n", message);
    return false;
}

static const struct schema_target *find_target(const char *name)
{
    for (size_t i = 0; i < TARGETS; i++) {
        if (strcmp(targets[i]->name, name) == 0) {
            return targets[i];
        }
    }
    return NULL;
}

static bool read_target(struct schema *schema, char **arguments)
{
    if (arguments[0] == NULL || arguments[1] != NULL) {
        return refuse("needs one target, such as proto");
    }
    schema->target = find_target(arguments[0]);
    return schema->target != NULL || refuse("there is no such target; -h lists them");
}

static bool read_fields(struct schema *schema)
{
    char message[MESSAGE_MAX];

    return field_set_parse(&schema->set, schema->fields, message, sizeof(message)) ||
           refuse(message);
}

static bool read_mapping(struct schema *schema)
{
    char message[MESSAGE_MAX];

    if (schema->mapping_path[0] == '\0') {
        return true;
    }
    schema->mapping = mapping_load(schema->mapping_path, message, sizeof(message));
    if (schema->mapping == NULL) {
        return refuse(message);
    }
    mapping_shape(schema->mapping, &schema->set);
    return true;
}

/* Returns -1 to go on, or the exit code. */
static int read_command_line(struct schema *schema, int argc, char **argv)
{
    const struct option_group group = {"", schema_options, schema};
    char message[MESSAGE_MAX];
    int first;

    options_set_defaults(&group, 1);
    switch (options_parse(&group, 1, argc, argv, &first, message, sizeof(message))) {
    case OPTIONS_HELP:
        print_usage(&group);
        return 0;
    case OPTIONS_INVALID:
        (void)refuse(message);
        return 2;
    case OPTIONS_DONE:
        break;
    }
    if (!read_target(schema, argv + first) || !read_fields(schema)) {
        return 2;
    }
    return read_mapping(schema) ? -1 : 1;
}

static int print_schema(const struct schema *schema)
{
    schema->target->print(stdout, &schema->set);
    return fflush(stdout) == 0 || refuse("cannot write to standard output") ? 0 : 1;
}

int schema_main(int argc, char **argv)
{
    struct schema schema = {.mapping = NULL};
    int status = read_command_line(&schema, argc, argv);

    if (status < 0) {
        status = print_schema(&schema);
    }
    if (schema.mapping != NULL) {
        mapping_free(schema.mapping);
    }
    return status;
}
