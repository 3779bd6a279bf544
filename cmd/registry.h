// SPDX-License-Identifier: Apache-2.0
#ifndef CMD_REGISTRY_H
#define CMD_REGISTRY_H

#include "lib/decoder.h"
#include "lib/format.h"
#include "lib/transport.h"

/* Every decoder, format and transport that was built; each list ends with NULL. */
extern const struct decoder *const registry_decoders[];
extern const struct format_ops *const registry_formats[];
extern const struct transport_ops *const registry_transports[];

#endif
