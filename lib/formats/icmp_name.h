// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_FORMATS_ICMP_NAME_H
#define LIB_FORMATS_ICMP_NAME_H

#include <stdint.h>

/* What is no type of any message. */
enum { ICMP_TYPE_UNKNOWN = 256 };

/* The message's name, as goflow2's icmp_name has it; "" for one without, NULL if it is no ICMP. */
const char *icmp_name(uint8_t proto, uint16_t type);

#endif
