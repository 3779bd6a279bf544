// SPDX-License-Identifier: Apache-2.0
// Opens and frees formats.
#include "lib/format.h"

#include <stdlib.h>

struct format *format_new(const struct format_ops *ops, const struct field_set *fields,
                          unsigned compat)
{
    struct format *f = calloc(1, ops->size);

    if (f == NULL) {
        return NULL;
    }
    f->ops = ops;
    f->fields = fields;
    f->compat = compat;
    ops->open(f);
    return f;
}

void format_free(struct format *f)
{
    free(f);
}
