// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_STREAM_H
#define LIB_STREAM_H

#include "lib/decoder.h"

/*
 * The fields of the set stream that no decoder fills: they follow from other fields, in the form
 * that engines join and sum.
 */
enum { STREAM_SCHEMA_VERSION = 1 };

/*
 * Somebody wants this field, a row of flow_fields: lets settings, whose unmaps and subscribers are
 * set, say what must be done for it.
 */
void stream_want(struct stream_settings *settings, unsigned at);

/*
 * The times in milliseconds, of a flow whose own times are known and whose missing ones are still
 * missing.  flow_end_ms is always there, at most max_age_ms before received_ms and max_skew_ms
 * behind it.
 */
void stream_times(struct decode *d);

/* The other fields but those of subscribers, of a flow that is complete. */
void stream_fields(struct decode *d);

#endif
