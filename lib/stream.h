// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_STREAM_H
#define LIB_STREAM_H

#include "lib/decoder.h"

/*
 * The fields of the set stream that no decoder fills.  They are worked out from other fields, for
 * engines that join and sum records.
 */

/* The value of the field schema_version. */
enum { STREAM_SCHEMA_VERSION = 1 };

/*
 * Notes in settings what has to be done for field at (enum flow_index), which somebody wants.
 * settings->unmaps and settings->subscribers must have been set before.
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
