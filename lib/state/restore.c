// SPDX-License-Identifier: Apache-2.0
/* Remembers again what a line of the state file says of an exporter. */
#include <arpa/inet.h>
#include <json-c/json.h>
#include <stdlib.h>

#include "lib/exporter/state.h"
#include "lib/state/text.h"

/*
 * A line being read: what it says goes through the same doors as datagrams do.  Two
 * workers may have had the exporter, so each thing has its time, and the later one stays.
 */
struct restoring {
    struct decode decode;
    struct datagram datagram;
    struct template_definition definition;
};

/* A member that is a whole number up to max; false if it is none. */
static bool get_number(struct json_object *object, const char *key, uint64_t max, uint64_t *value)
{
    struct json_object *member;

    if (!json_object_object_get_ex(object, key, &member) ||
        !json_object_is_type(member, json_type_int) ||
        (json_object_get_int64(member) < 0 && json_object_get_uint64(member) == 0)) {
        return false;
    }
    *value = json_object_get_uint64(member);
    return *value <= max;
}

/* Files of before may be without a member. */
static bool has(struct json_object *object, const char *key)
{
    return json_object_object_get_ex(object, key, NULL);
}

struct json_object *state_list(struct json_object *object, const char *key)
{
    struct json_object *member;

    return json_object_object_get_ex(object, key, &member) &&
                   json_object_is_type(member, json_type_array)
               ? member
               : NULL;
}

static const char *get_text(struct json_object *object, const char *key)
{
    struct json_object *member;

    return json_object_object_get_ex(object, key, &member) &&
                   json_object_is_type(member, json_type_string)
               ? json_object_get_string(member)
               : NULL;
}

static bool get_addr(struct json_object *object, const char *key, struct flow_addr *addr)
{
    const char *text = get_text(object, key);
    uint8_t octets[16];

    *addr = (struct flow_addr){0};
    if (text == NULL) {
        return false;
    }
    if (inet_pton(AF_INET, text, octets) == 1) {
        *addr = flow_addr_make(octets, 4);
    } else if (inet_pton(AF_INET6, text, octets) == 1) {
        *addr = flow_addr_make(octets, 16);
    }
    return addr->len != 0 || *text == '\0';
}

static unsigned digit_of(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c);

    return at == NULL ? 16 : (unsigned)(at - digits);
}

/* Octets of hexadecimal digits, at most max; false if they are none. */
static bool get_hex(struct json_object *object, const char *key, uint8_t *octets, size_t max,
                    size_t *len)
{
    const char *text = get_text(object, key);

    *len = 0;
    while (text != NULL && *text != '\0' && *len < max) {
        const unsigned high = digit_of(text[0]);
        const unsigned low = high == 16 ? 16 : digit_of(text[1]);

        if (low == 16) {
            return false;
        }
        octets[(*len)++] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    return text != NULL && *text == '\0';
}

/* Reads a number up to max, and the character behind it. */
static bool read_number(const char **at, char behind, uint64_t max, uint64_t *value)
{
    char *end;

    if (**at < '0' || **at > '9') {
        return false;
    }
    *value = strtoull(*at, &end, 10);
    if (*value > max || *end != behind) {
        return false;
    }
    *at = end + 1;
    return true;
}

bool state_read_field(const char **at, struct template_field *field)
{
    uint64_t pen;
    uint64_t id;
    uint64_t len;
    uint64_t type;
    uint64_t scope;

    if (!read_number(at, '.', UINT32_MAX, &pen) || !read_number(at, '.', UINT16_MAX, &id) ||
        !read_number(at, '.', UINT16_MAX, &len) || !read_number(at, '.', UINT16_MAX, &type) ||
        !read_number(at, ' ', 1, &scope)) {
        return false;
    }
    *field = (struct template_field){
        .pen = (uint32_t)pen,
        .id = (uint16_t)id,
        .len = (uint16_t)len,
        .type = (uint16_t)type,
        .scope = scope != 0,
    };
    return true;
}

static bool read_fields(struct template_definition *definition, const char *text)
{
    definition->n = 0;
    while (*text != '\0') {
        if (definition->n == TEMPLATE_FIELDS_MAX ||
            !state_read_field(&text, &definition->fields[definition->n])) {
            return false;
        }
        definition->n++;
    }
    return true;
}

static bool known_later(const struct restoring *r)
{
    const struct known_template *known =
        lru_find(&r->decode.message.domain->templates, &r->definition.id);

    return known != NULL && known->refreshed_ns > r->datagram.received_ns;
}

static bool read_template(struct restoring *r, struct json_object *object, enum flow_type version)
{
    struct template_definition *definition = &r->definition;
    const char *fields = get_text(object, "fields");
    uint64_t id;
    uint64_t options;

    if (!flow_type_templated((uint8_t)version) || fields == NULL ||
        !get_number(object, "id", UINT16_MAX, &id) || id < 256 ||
        !get_number(object, "options", 1, &options) ||
        !get_number(object, "refreshed_ns", INT64_MAX, &r->datagram.received_ns) ||
        !read_fields(definition, fields)) {
        return false;
    }
    definition->version = version;
    definition->id = (uint16_t)id;
    definition->options = options != 0;
    return known_later(r) ||
           domain_learn_template(&r->decode, r->decode.message.domain, definition);
}

static bool read_domain_head(struct restoring *r, struct json_object *object)
{
    struct domain *domain = r->decode.message.domain;
    uint64_t told_ns;
    uint64_t template_rates;
    uint64_t interface_rates = 0;
    uint64_t sampler_known;
    uint64_t several;

    if (!get_number(object, "told_ns", INT64_MAX, &told_ns)) {
        return false;
    }
    if (told_ns < domain->told_ns) {
        return true;
    }
    if (!get_number(object, "sampling_rate", UINT64_MAX, &domain->sampling_rate) ||
        !get_number(object, "boot_ms", UINT64_MAX, &domain->boot_ms) ||
        (has(object, "announced_address") &&
         !get_addr(object, "announced_address", &domain->announced_address)) ||
        !get_number(object, "sampler_id", UINT64_MAX, &domain->sampler_id) ||
        !get_number(object, "template_rates", 1, &template_rates) ||
        (has(object, "interface_rates") &&
         !get_number(object, "interface_rates", 1, &interface_rates)) ||
        !get_number(object, "sampler_known", 1, &sampler_known) ||
        !get_number(object, "several_samplers", 1, &several)) {
        return false;
    }
    domain->template_rates = template_rates != 0;
    domain->interface_rates = interface_rates != 0;
    domain->sampler_known = sampler_known != 0;
    domain->several_samplers = several != 0;
    domain->told_ns = told_ns;
    domain->exporter->agreed_is_old = true;
    return true;
}

static bool is_version(uint64_t version)
{
    return version > FLOW_TYPE_FLOWUNKNOWN && version < FLOW_TYPE_COUNT;
}

static bool read_domain(struct restoring *r, struct json_object *object)
{
    struct json_object *templates = state_list(object, "templates");
    struct flow_addr agent;
    struct domain *domain;
    uint64_t version;
    uint64_t id;

    if (templates == NULL || !get_number(object, "version", UINT16_MAX, &version) ||
        !is_version(version) || !get_number(object, "id", UINT32_MAX, &id) ||
        !get_addr(object, "agent", &agent)) {
        return false;
    }
    domain = exporter_domain(&r->decode, (enum flow_type)version, (uint32_t)id, &agent);
    r->decode.message.domain = domain;
    if (domain == NULL || !read_domain_head(r, object)) {
        return false;
    }
    for (size_t i = 0; i < json_object_array_length(templates); i++) {
        if (!read_template(r, json_object_array_get_idx(templates, i), (enum flow_type)version)) {
            return false;
        }
    }
    return true;
}

static bool read_told(struct restoring *r, struct json_object *object)
{
    struct options_saved saved = {0};
    uint8_t name[UINT8_MAX];
    size_t name_len;
    size_t id_len;
    uint64_t kind;
    uint64_t version;
    uint64_t domain;
    uint64_t len;

    if (!get_number(object, "kind", UINT8_MAX, &kind) ||
        !get_number(object, "version", UINT16_MAX, &version) ||
        !get_number(object, "domain", UINT32_MAX, &domain) ||
        !get_number(object, "id_len", sizeof(saved.id), &len) ||
        !get_number(object, "told_ns", INT64_MAX, &r->datagram.received_ns) ||
        !get_number(object, "rate", UINT64_MAX, &saved.rate) ||
        !get_hex(object, "id", saved.id, sizeof(saved.id), &id_len) ||
        !get_hex(object, "name", name, sizeof(name), &name_len)) {
        return false;
    }
    saved.kind = (uint8_t)kind;
    saved.version = (uint16_t)version;
    saved.domain = (uint32_t)domain;
    saved.id_len = (uint8_t)len;
    saved.name = (struct flow_slice){name, (uint16_t)name_len};
    return options_restore(&r->decode, &saved);
}

static bool read_head(struct restoring *r, struct json_object *line)
{
    uint64_t scope;
    uint64_t port;
    uint64_t last_port;
    uint64_t listener;

    if (!state_address(line, &r->datagram.from) || !get_number(line, "port", UINT16_MAX, &port) ||
        !get_number(line, "last_port", UINT16_MAX, &last_port) ||
        !get_number(line, "scope", UINT32_MAX, &scope) ||
        !get_number(line, "listener", UINT16_MAX, &listener) ||
        !get_number(line, "first_ns", INT64_MAX, &r->datagram.received_ns)) {
        return false;
    }
    r->datagram.from_port = (uint16_t)(port != 0 ? port : last_port);
    r->datagram.from_scope = (uint32_t)scope;
    r->datagram.listener = (uint16_t)listener;
    return true;
}

static bool read_exporter(struct restoring *r, struct json_object *line)
{
    struct exporter *exporter = r->decode.message.domain->exporter;
    uint64_t known;

    if (!get_number(line, "known", 1, &known)) {
        return false;
    }
    if (known != 0) {
        exporter_make_known(&r->decode, exporter);
    }
    return true;
}

/* What stands beside the domains, which by now have made the exporter. */
static bool read_rest(struct restoring *r, struct json_object *line)
{
    struct json_object *told = state_list(line, "told");
    bool all = true;

    if (told == NULL || (r->decode.message.domain != NULL && !read_exporter(r, line))) {
        return false;
    }
    for (size_t i = 0; r->decode.message.domain != NULL && i < json_object_array_length(told);
         i++) {
        all = read_told(r, json_object_array_get_idx(told, i)) && all;
    }
    return all;
}

static bool restore(struct restoring *r, struct json_object *line)
{
    struct json_object *domains = state_list(line, "domains");

    if (domains == NULL || !read_head(r, line)) {
        return false;
    }
    for (size_t i = 0; i < json_object_array_length(domains); i++) {
        if (!read_domain(r, json_object_array_get_idx(domains, i))) {
            return false;
        }
    }
    return read_rest(r, line);
}

bool state_address(struct json_object *line, struct flow_addr *addr)
{
    if (!json_object_is_type(line, json_type_object) || !get_addr(line, "address", addr)) {
        return false;
    }
    *addr = flow_addr_unmap(*addr);
    return addr->len != 0;
}

/* Templates come at once here, which from a datagram would be a flood. */
bool state_restore(struct exporters *exporters, const struct decode_settings *settings,
                   struct counters *counters, struct json_object *line)
{
    const uint64_t template_rate = exporters->limits.template_rate;
    struct restoring *r = calloc(1, sizeof(*r));
    bool done;

    if (r == NULL) {
        return false;
    }
    r->decode.datagram = &r->datagram;
    r->decode.settings = settings;
    r->decode.exporters = exporters;
    r->decode.counters = counters;
    exporters->limits.template_rate = 0;
    done = restore(r, line);
    exporters->limits.template_rate = template_rate;
    free(r);
    return done;
}
