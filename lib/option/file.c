// SPDX-License-Identifier: Apache-2.0
// Options from a configuration file: its keys are the names of options.
#include "lib/option/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/option/value.h"
#include "lib/option/yaml_file.h"

enum { SETTINGS_MAX = 512, PLACE_OCTETS = 1024 };

/* An option that the file set. */
struct setting {
    char name[OPTION_NAME_MAX];
    const char *text;
    char *joined; /* text, where it is the items of a list; to be freed */
    struct yaml_node value;
};

struct option_file {
    const struct option_group *groups;
    size_t n;
    struct yaml_file *yaml;
    size_t n_settings;
    struct setting settings[SETTINGS_MAX];
    char place[PLACE_OCTETS];
};

/* Whether some option's name goes on behind this one and a dot. */
static bool is_prefix(const struct option_file *f, const char *name)
{
    const size_t len = strlen(name);

    for (struct option_place at = options_begin(f->groups, f->n); options_next(&at);) {
        if (strncmp(at.name, name, len) == 0 && at.name[len] == '.') {
            return true;
        }
    }
    return false;
}

static bool refuse_name(const struct option_file *f, struct yaml_node key, const char *name)
{
    char nearest[OPTION_NAME_MAX];

    options_nearest(f->groups, f->n, name, strlen(name), nearest);
    if (nearest[0] == '\0') {
        return yaml_complain(key, "there is no option \"%s\"", name);
    }
    return yaml_complain(key, "there is no option \"%s\"; did you mean \"%s\"?", name, nearest);
}

/* The same option may be named whole in one place and in parts in another. */
static struct setting *add_setting(struct option_file *f, const struct option_place *place,
                                   struct yaml_node key, struct yaml_node value)
{
    struct setting *setting = &f->settings[f->n_settings];

    for (size_t i = 0; i < f->n_settings; i++) {
        if (strcmp(f->settings[i].name, place->name) == 0) {
            (void)yaml_complain(key, "the option \"%s\" stands twice", place->name);
            return NULL;
        }
    }
    if (f->n_settings == SETTINGS_MAX) {
        (void)yaml_complain(key, "there are too many options");
        return NULL;
    }
    f->n_settings++;
    memcpy(setting->name, place->name, OPTION_NAME_MAX);
    setting->value = value;
    setting->text = yaml_text(value);
    return setting;
}

static bool set_text(const struct option_place *place, struct yaml_node value, const char *text)
{
    const char *problem = option_set(place, text);

    if (problem == NULL) {
        return true;
    }
    return yaml_complain(value, "\"%s\" is no value for %s: %s (expected %s)", text, place->name,
                         problem, option_values[place->option->kind].expected);
}

static bool items_are_scalars(struct yaml_node list)
{
    for (size_t i = 0; i < yaml_count(list); i++) {
        if (yaml_kind(yaml_item(list, i)) != YAML_SCALAR) {
            return yaml_complain(yaml_item(list, i), "a list of texts is expected here");
        }
    }
    return true;
}

static bool set_joined(const struct option_place *place, struct setting *setting)
{
    const struct yaml_node list = setting->value;
    size_t len = 1;

    for (size_t i = 0; i < yaml_count(list); i++) {
        len += strlen(yaml_text(yaml_item(list, i))) + 1;
    }
    setting->joined = calloc(1, len);
    if (setting->joined == NULL) {
        return yaml_complain(list, "no memory");
    }
    for (size_t i = 0; i < yaml_count(list); i++) {
        (void)strcat(setting->joined, i == 0 ? "" : ",");
        (void)strcat(setting->joined, yaml_text(yaml_item(list, i)));
    }
    setting->text = setting->joined;
    return set_text(place, list, setting->joined);
}

static bool set_list(const struct option_place *place, struct setting *setting)
{
    const struct yaml_node list = setting->value;

    if (!items_are_scalars(list)) {
        return false;
    }
    if (place->option->kind == OPTION_STRING) {
        return set_joined(place, setting);
    }
    if (place->option->kind != OPTION_LIST) {
        return yaml_complain(list, "%s takes one value, not a list", place->name);
    }
    for (size_t i = 0; i < yaml_count(list); i++) {
        if (!set_text(place, yaml_item(list, i), yaml_text(yaml_item(list, i)))) {
            return false;
        }
    }
    return true;
}

static bool set_option(struct option_file *f, const struct option_place *place,
                       struct yaml_node key, struct yaml_node value)
{
    struct setting *setting;

    if ((place->option->flags & OPTION_LINE_ONLY) != 0) {
        return yaml_complain(key, "%s is for the command line only", place->name);
    }
    setting = add_setting(f, place, key, value);
    if (setting == NULL) {
        return false;
    }
    if (yaml_kind(value) == YAML_LIST) {
        return set_list(place, setting);
    }
    return yaml_is_null(value) || set_text(place, value, setting->text);
}

static bool read_map(struct option_file *f, struct yaml_node map, const char *prefix);

static bool read_pair(struct option_file *f, struct yaml_node key, struct yaml_node value,
                      const char *prefix)
{
    struct option_place place;
    char name[2 * OPTION_NAME_MAX];
    const int len =
        snprintf(name, sizeof(name), "%s%s%s", prefix, *prefix == '\0' ? "" : ".", yaml_text(key));

    if (yaml_kind(key) != YAML_SCALAR || len >= OPTION_NAME_MAX) {
        return yaml_complain(key, "this is no name of an option");
    }
    if (yaml_kind(value) == YAML_MAP) {
        return is_prefix(f, name) ? read_map(f, value, name) : refuse_name(f, key, name);
    }
    if (!options_find(f->groups, f->n, name, (size_t)len, &place)) {
        return refuse_name(f, key, name);
    }
    return set_option(f, &place, key, value);
}

static bool read_map(struct option_file *f, struct yaml_node map, const char *prefix)
{
    if (yaml_kind(map) != YAML_MAP) {
        return yaml_complain(map, "names of options with their values are expected here");
    }
    for (size_t i = 0; i < yaml_count(map); i++) {
        if (!read_pair(f, yaml_key(map, i), yaml_item(map, i), prefix)) {
            return false;
        }
    }
    return true;
}

static bool read_root(struct option_file *f)
{
    const struct yaml_node root = yaml_root(f->yaml);

    return yaml_kind(root) == YAML_NONE || yaml_is_null(root) || read_map(f, root, "");
}

struct option_file *option_file_read(const struct option_group *groups, size_t n, const char *path,
                                     char *message, size_t message_size)
{
    struct option_file *f = calloc(1, sizeof(*f));

    if (f == NULL) {
        (void)snprintf(message, message_size, "no memory");
        return NULL;
    }
    f->groups = groups;
    f->n = n;
    f->yaml = yaml_open(path, message, message_size);
    if (f->yaml != NULL && read_root(f)) {
        return f;
    }
    if (f->yaml != NULL) {
        (void)snprintf(message, message_size, "%s", yaml_complaint(f->yaml));
    }
    option_file_free(f);
    return NULL;
}

void option_file_free(struct option_file *f)
{
    if (f == NULL) {
        return;
    }
    for (size_t i = 0; i < f->n_settings; i++) {
        free(f->settings[i].joined);
    }
    yaml_close(f->yaml);
    free(f);
}

const char *option_file_place(struct option_file *f, const char *name, const char *text)
{
    for (size_t i = 0; f != NULL && i < f->n_settings; i++) {
        if (strcmp(f->settings[i].name, name) == 0 && f->settings[i].text == text) {
            (void)snprintf(f->place, PLACE_OCTETS, "%s: ", yaml_place(f->settings[i].value));
            return f->place;
        }
    }
    return "";
}
