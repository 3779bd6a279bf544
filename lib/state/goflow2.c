// SPDX-License-Identifier: Apache-2.0
/* goflow2's form of templates, into lines of the state file and back. */
#include "lib/state/goflow2.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/state/text.h"

enum { ADDRESS_MAX = 64, KEY_MAX = 64, ENTERPRISE_BIT = 0x8000 };

/* goflow2's versions are those on the wire. */
static const struct {
    unsigned number;
    enum flow_type version;
} versions[] = {{9, FLOW_TYPE_NETFLOW_V9}, {10, FLOW_TYPE_IPFIX}};

static void put_number(struct json_object *object, const char *key, uint64_t number)
{
    (void)json_object_object_add(object, key, json_object_new_uint64(number));
}

static uint64_t number_of(struct json_object *object, const char *key)
{
    struct json_object *member;

    return json_object_object_get_ex(object, key, &member) ? json_object_get_uint64(member) : 0;
}

static size_t length_of(struct json_object *list)
{
    return list == NULL ? 0 : json_object_array_length(list);
}

/* --- From goflow2 --- */

static uint16_t element_of(uint16_t type, enum flow_type version, bool scope)
{
    if (version == FLOW_TYPE_IPFIX) {
        return (uint16_t)(type & ~ENTERPRISE_BIT);
    }
    return scope ? template_v9_scope(type) : type;
}

/* False if it is no field. */
static bool read_field(struct json_object *from, enum flow_type version, bool scope,
                       struct template_field *field)
{
    const uint64_t pen = number_of(from, "pen");
    const uint64_t type = number_of(from, "type") | (pen != 0 ? ENTERPRISE_BIT : 0);
    const uint64_t len = number_of(from, "length");

    *field = (struct template_field){
        .pen = (uint32_t)pen,
        .id = element_of((uint16_t)type, version, scope),
        .len = (uint16_t)len,
        .type = (uint16_t)type,
        .scope = scope,
    };
    return pen <= UINT32_MAX && type <= UINT16_MAX && len <= UINT16_MAX;
}

/* Adds a list of fields to text, whose end out is; NULL if one is none. */
static char *write_fields(char *out, struct json_object *list, enum flow_type version, bool scope)
{
    struct template_field field;

    for (size_t i = 0; out != NULL && i < length_of(list); i++) {
        out = read_field(json_object_array_get_idx(list, i), version, scope, &field)
                  ? state_write_field(out, &field)
                  : NULL;
    }
    return out;
}

/* All fields as text; NULL if one is none, or there is no memory. */
static struct json_object *fields_line(struct json_object *from, enum flow_type version)
{
    struct json_object *scopes = state_list(from, "scopes");
    struct json_object *rest = state_list(from, "fields");
    struct json_object *line = NULL;
    char *text;
    char *end;

    rest = rest == NULL ? state_list(from, "options") : rest;
    text = malloc((length_of(scopes) + length_of(rest) + 1) * STATE_FIELD_OCTETS);
    if (text == NULL) {
        return NULL;
    }
    end = write_fields(write_fields(text, scopes, version, true), rest, version, false);
    if (end != NULL && end - text <= INT_MAX) {
        line = json_object_new_string_len(text, (int)(end - text));
    }
    free(text);
    return line;
}

/* NULL if this is no template. */
static struct json_object *template_line(struct json_object *from, enum flow_type version,
                                         uint64_t now_ns)
{
    struct json_object *fields = fields_line(from, version);
    struct json_object *template;

    if (fields == NULL) {
        return NULL;
    }
    template = json_object_new_object();
    put_number(template, "id", number_of(from, "template-id"));
    put_number(template, "options", state_list(from, "fields") == NULL ? 1 : 0);
    put_number(template, "refreshed_ns", now_ns);
    (void)json_object_object_add(template, "fields", fields);
    return template;
}

static struct json_object *domain_line(enum flow_type version, uint64_t id)
{
    static const char *const zeros[] = {"sampling_rate",   "boot_ms",        "told_ns",
                                        "sampler_id",      "template_rates", "sampler_known",
                                        "several_samplers"};
    struct json_object *domain = json_object_new_object();

    put_number(domain, "version", version);
    put_number(domain, "id", id);
    (void)json_object_object_add(domain, "agent", json_object_new_string(""));
    for (size_t i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++) {
        put_number(domain, zeros[i], 0);
    }
    (void)json_object_object_add(domain, "templates", json_object_new_array());
    return domain;
}

/* The domain of this version and id among those of an exporter; made if it is not there. */
static struct json_object *domain_of(struct json_object *domains, enum flow_type version,
                                     uint64_t id)
{
    struct json_object *domain;

    for (size_t i = 0; i < length_of(domains); i++) {
        domain = json_object_array_get_idx(domains, i);
        if (number_of(domain, "version") == version && number_of(domain, "id") == id) {
            return domain;
        }
    }
    domain = domain_line(version, id);
    (void)json_object_array_add(domains, domain);
    return domain;
}

/* "10/1/256": version, domain and template. */
static bool read_key(const char *key, enum flow_type *version, uint64_t *domain)
{
    unsigned number;
    unsigned template;
    int end = 0;

    if (sscanf(key, "%u/%" SCNu64 "/%u%n", &number, domain, &template, &end) != 3 ||
        key[end] != '\0' || *domain > UINT32_MAX) {
        return false;
    }
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        if (versions[i].number == number) {
            *version = versions[i].version;
            return true;
        }
    }
    return false;
}

/* "192.0.2.1:2055" or "[2001:db8::1]:2055". */
static bool read_address(const char *text, char address[static ADDRESS_MAX], uint64_t *port)
{
    const char *colon = strrchr(text, ':');
    const bool brackets = *text == '[';
    const size_t len = colon == NULL ? 0 : (size_t)(colon - text) - (brackets ? 2 : 0);
    char *end;

    if (colon == NULL || colon == text || len >= ADDRESS_MAX || (brackets && colon[-1] != ']')) {
        return false;
    }
    memcpy(address, text + (brackets ? 1 : 0), len);
    address[len] = '\0';
    *port = strtoul(colon + 1, &end, 10);
    return *end == '\0' && *port <= UINT16_MAX;
}

static bool add_templates(struct json_object *domains, struct json_object *templates,
                          uint64_t now_ns)
{
    if (!json_object_is_type(templates, json_type_object)) {
        return false;
    }
    json_object_object_foreach(templates, key, from)
    {
        struct json_object *template = NULL;
        enum flow_type version;
        uint64_t id;

        if (read_key(key, &version, &id) && json_object_is_type(from, json_type_object)) {
            template = template_line(from, version, now_ns);
        }
        if (template == NULL) {
            return false;
        }
        (void)json_object_array_add(state_list(domain_of(domains, version, id), "templates"),
                                    template);
    }
    return true;
}

/* NULL if this is no exporter. */
static struct json_object *exporter_line(const char *key, struct json_object *templates,
                                         uint64_t now_ns)
{
    struct json_object *line = json_object_new_object();
    struct json_object *domains = json_object_new_array();
    char address[ADDRESS_MAX];
    uint64_t port = 0;

    (void)json_object_object_add(line, "domains", domains);
    if (!read_address(key, address, &port) || !add_templates(domains, templates, now_ns)) {
        json_object_put(line);
        return NULL;
    }
    (void)json_object_object_add(line, "address", json_object_new_string(address));
    (void)json_object_object_add(line, "told", json_object_new_array());
    put_number(line, "port", 0);
    put_number(line, "last_port", port);
    put_number(line, "scope", 0);
    put_number(line, "listener", 0);
    put_number(line, "first_ns", now_ns);
    put_number(line, "known", 1);
    return line;
}

bool state_goflow2_read(struct json_object *file, uint64_t now_ns,
                        bool (*take)(struct json_object *line, void *arg), void *arg)
{
    struct json_object *lines = json_object_new_array();
    bool understood = true;

    json_object_object_foreach(file, key, templates)
    {
        struct json_object *line = exporter_line(key, templates, now_ns);

        understood = understood && line != NULL;
        (void)json_object_array_add(lines, line);
    }
    for (size_t i = 0; understood && i < length_of(lines); i++) {
        (void)take(json_object_array_get_idx(lines, i), arg);
    }
    json_object_put(lines);
    return understood;
}

/* --- To goflow2 --- */

static struct json_object *field_of(const struct template_field *from, bool as_sent)
{
    struct json_object *field = json_object_new_object();

    (void)json_object_object_add(field, "pen-provided", json_object_new_boolean(from->pen != 0));
    put_number(field, "type", as_sent ? from->type : from->id);
    put_number(field, "length", from->len);
    put_number(field, "pen", from->pen);
    return field;
}

static const char *text_of(struct json_object *object, const char *key)
{
    struct json_object *member;

    return json_object_object_get_ex(object, key, &member) &&
                   json_object_is_type(member, json_type_string)
               ? json_object_get_string(member)
               : "";
}

/* Those that are scopes, or those that are not. */
static struct json_object *fields_of(struct json_object *template, bool scope, bool as_sent)
{
    const char *text = text_of(template, "fields");
    struct json_object *fields = json_object_new_array();
    struct template_field field;

    while (state_read_field(&text, &field)) {
        if (field.scope == scope) {
            (void)json_object_array_add(fields, field_of(&field, as_sent));
        }
    }
    return fields;
}

static void put_lists(struct json_object *to, struct json_object *template, bool v9)
{
    struct json_object *scopes = fields_of(template, true, true);
    struct json_object *options = fields_of(template, false, true);

    if (v9) {
        put_number(to, "scope-length", 4 * length_of(scopes));
        put_number(to, "option-length", 4 * length_of(options));
        (void)json_object_object_add(to, "scopes", scopes);
        (void)json_object_object_add(to, "options", options);
        return;
    }
    put_number(to, "field-count", length_of(scopes) + length_of(options));
    put_number(to, "scope-field-count", length_of(scopes));
    (void)json_object_object_add(to, "options", options);
    (void)json_object_object_add(to, "scopes", scopes);
}

static struct json_object *template_of(struct json_object *template, bool v9)
{
    struct json_object *to = json_object_new_object();
    struct json_object *fields;

    put_number(to, "template-id", number_of(template, "id"));
    if (number_of(template, "options") != 0) {
        put_lists(to, template, v9);
        return to;
    }
    fields = fields_of(template, false, false);
    put_number(to, "field-count", length_of(fields));
    (void)json_object_object_add(to, "fields", fields);
    return to;
}

static void add_domain(struct json_object *templates, struct json_object *domain)
{
    struct json_object *list = state_list(domain, "templates");
    const bool v9 = number_of(domain, "version") == FLOW_TYPE_NETFLOW_V9;
    char key[KEY_MAX];

    for (size_t i = 0; i < length_of(list); i++) {
        struct json_object *template = json_object_array_get_idx(list, i);

        (void)snprintf(key, sizeof(key), "%d/%" PRIu64 "/%" PRIu64, v9 ? 9 : 10,
                       number_of(domain, "id"), number_of(template, "id"));
        (void)json_object_object_add(templates, key, template_of(template, v9));
    }
}

void state_goflow2_add(struct json_object *templates, struct json_object *line)
{
    struct json_object *domains = state_list(line, "domains");

    for (size_t i = 0; i < length_of(domains); i++) {
        add_domain(templates, json_object_array_get_idx(domains, i));
    }
}

/* goflow2 keeps nothing of who sends sFlow. */
static bool is_listed(struct json_object *line)
{
    struct json_object *domains = state_list(line, "domains");

    for (size_t i = 0; i < length_of(domains); i++) {
        if (number_of(json_object_array_get_idx(domains, i), "version") != FLOW_TYPE_SFLOW_5) {
            return true;
        }
    }
    return false;
}

bool state_goflow2_name(struct json_object *line, char name[static STATE_GOFLOW2_NAME_MAX])
{
    struct json_object *member;
    const char *address;

    if (!is_listed(line) || !json_object_object_get_ex(line, "address", &member) ||
        !json_object_is_type(member, json_type_string)) {
        return false;
    }
    address = json_object_get_string(member);
    (void)snprintf(name, STATE_GOFLOW2_NAME_MAX,
                   strchr(address, ':') == NULL ? "%.63s:%" PRIu64 : "[%.63s]:%" PRIu64, address,
                   number_of(line, "last_port"));
    return true;
}
