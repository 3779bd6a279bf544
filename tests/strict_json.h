// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_STRICT_JSON_H
#define TESTS_STRICT_JSON_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the octets are one JSON object (RFC 8259) and nothing else: in UTF-8 (RFC
 * 3629), on one line, without blanks between values, no object with a key twice.
 * Allocates nothing, and shares no code with what it checks.
 */
bool strict_json_object(const char *text, size_t len);

#endif
