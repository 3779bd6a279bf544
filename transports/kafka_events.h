// SPDX-License-Identifier: Apache-2.0
#ifndef TRANSPORTS_KAFKA_EVENTS_H
#define TRANSPORTS_KAFKA_EVENTS_H

#include "transports/kafka.h"

/*
 * Does what an event of a producer asks for; false if it must be handled again later, since a
 * message of it found no room.  On the thread.  The event is borrowed.
 */
bool kafka_handle_event(struct kafka *k, struct kafka_producer *p, rd_kafka_event_t *event);

#endif
