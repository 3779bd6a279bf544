// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FORMATS_REPORT_VALUES_H
#define LIB_FORMATS_REPORT_VALUES_H

#include "lib/formats/named_values.h"
#include "lib/report/report.h"

/*
 * Writes the kind of the report, the version of its schema and its values, in a style, with
 * style->between behind each: at most report_most() octets.  Returns the end.
 */
char *report_values_write(const struct report *report, const struct named_style *style, char *out);

#endif
