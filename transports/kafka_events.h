// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_EVENTS_H
#define TRANSPORTS_KAFKA_EVENTS_H

#include "transports/kafka.h"

/* Does what an event of a producer asks for; on the thread.  The event is borrowed. */
void kafka_handle_event(struct kafka *k, struct kafka_producer *p, rd_kafka_event_t *event);

#endif
