// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_OUTLINE_JSON_H
#define LIB_OUTLINE_JSON_H

#include "lib/outline/outline.h"

/*
 * One JSON object a datagram: {"type":"ipfix","message":{...},"src":"192.0.2.1:4739",
 * "time_received":"2026-11-21T01:42:46.2Z"}.  Octets are in base64 (RFC 4648 section 4).
 */
extern const struct outline_ops outline_json;

#endif
