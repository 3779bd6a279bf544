// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_OPTION_YAML_FILE_H
#define LIB_OPTION_YAML_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A YAML file, read whole by libyaml, and walked by those who know what stands in
 * it.  What they do not know is an error: yaml_complain() says where.
 */
struct yaml_file;

/* A scalar, list or mapping of the file.  Copied freely; valid as long as the file. */
struct yaml_node {
    struct yaml_file *file;
    int id; /* libyaml's; 0 for none */
};

enum yaml_kind { YAML_NONE, YAML_SCALAR, YAML_LIST, YAML_MAP };

/*
 * Reads path, which must hold one document of at most 16 MiB.  NULL if that
 * cannot be: message then says why, with file, line and column where there are such.
 */
struct yaml_file *yaml_open(const char *path, char *message, size_t message_size);
void yaml_close(struct yaml_file *file);

struct yaml_node yaml_root(struct yaml_file *file);
enum yaml_kind yaml_kind(struct yaml_node node);

/* The text of a scalar, borrowed from the file; "" for null and for what is no scalar. */
const char *yaml_text(struct yaml_node node);

/* Whether the scalar is plain (not quoted) and one of YAML's nulls: empty, ~ or null. */
bool yaml_is_null(struct yaml_node node);

/* The number of items of a list, or of pairs of a map; else 0. */
size_t yaml_count(struct yaml_node node);

/* Item i of a list, or the value of pair i of a map. */
struct yaml_node yaml_item(struct yaml_node node, size_t i);

/* The key of pair i of a map. */
struct yaml_node yaml_key(struct yaml_node node, size_t i);

/* "weir.yaml:3:11"; valid until the next call for the same file. */
const char *yaml_place(struct yaml_node node);

/*
 * The first complaint about a file is kept: "file:line:column: " and the rest as
 * printf would write it.  Always returns false, so that checkers can end with it.
 */
__attribute__((format(printf, 2, 3))) bool yaml_complain(struct yaml_node node, const char *format,
                                                         ...);

/* The complaint, or NULL if there was none. */
const char *yaml_complaint(const struct yaml_file *file);

/*
 * One key of a map and who reads its value: known keys are rows of a table that
 * ends with a row of zeros.
 */
struct yaml_reader {
    const char *key;
    bool (*read)(struct yaml_node value, void *target); /* false after yaml_complain() */
};

/*
 * Reads a map by its table.  A value that is no map, an unknown key (with the
 * nearest right name), and a key that stands twice are complained about.
 */
bool yaml_read_map(struct yaml_node map, const struct yaml_reader *readers, void *target);

/* Readers of scalars: they complain where the text is not of the form, or out of bounds. */
bool yaml_read_bool(struct yaml_node node, bool *value);
bool yaml_read_u64(struct yaml_node node, uint64_t max, uint64_t *value);

#endif
