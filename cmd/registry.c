// SPDX-License-Identifier: Apache-2.0
#include "cmd/registry.h"

#define DECODER(name)   extern const struct decoder decoder_##name;
#define FORMAT(name)    extern const struct format_ops format_##name;
#define TRANSPORT(name) extern const struct transport_ops transport_##name;
#include "registry.def"
#undef DECODER
#undef FORMAT
#undef TRANSPORT

const struct decoder *const registry_decoders[] = {
#define DECODER(name) &decoder_##name,
#define FORMAT(name)
#define TRANSPORT(name)
#include "registry.def"
#undef DECODER
#undef FORMAT
#undef TRANSPORT
    NULL,
};

const struct format_ops *const registry_formats[] = {
#define DECODER(name)
#define FORMAT(name) &format_##name,
#define TRANSPORT(name)
#include "registry.def"
#undef DECODER
#undef FORMAT
#undef TRANSPORT
    NULL,
};

const struct transport_ops *const registry_transports[] = {
#define DECODER(name)
#define FORMAT(name)
#define TRANSPORT(name) &transport_##name,
#include "registry.def"
#undef DECODER
#undef FORMAT
#undef TRANSPORT
    NULL,
};
