// SPDX-License-Identifier: Apache-2.0
#ifndef DECODERS_TEMPLATE_RECORDS_H
#define DECODERS_TEMPLATE_RECORDS_H

#include "lib/decoder.h"
#include "lib/template/template.h"

enum template_record {
    RECORD_READ,    /* the definition is whole */
    RECORD_REFUSED, /* error says why; its end is known, so the next one may be read */
    RECORD_BROKEN,  /* error says why; nothing behind it can be read */
    RECORD_IGNORED, /* a withdrawal, which has no fields */
    RECORD_PADDING, /* the set ends here */
};

/*
 * Reads one template record of a set (RFC 7011 section 3.4, RFC 3954 sections 5.2
 * and 6.1) into definition, whose version and options the caller has set.  zeros is
 * wire_final_zeros() of the set.
 */
enum template_record template_record_read(struct wire *set, const uint8_t *zeros,
                                          struct template_definition *definition,
                                          enum decode_error *error);

#endif
