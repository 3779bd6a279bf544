// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_SERVICE_H
#define LIB_SERVICE_H

#include <stdint.h>

/*
 * The service manager that started weir, if one did: systemd, or who speaks as it
 * does (sd_notify(3), sd_watchdog_enabled(3)).
 */

/* Tells it "READY=1" or the like.  Without a manager, or when it does not listen, nothing happens.
 */
void service_notify(const char *state);

/* A number that it left in the environment; 0 if there is none. */
uint64_t service_number(const char *variable);

/* How long it waits between two "WATCHDOG=1" before it ends weir; 0 if it does not. */
uint64_t service_watchdog_ns(void);

#endif
