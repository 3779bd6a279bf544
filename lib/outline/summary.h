// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_OUTLINE_SUMMARY_H
#define LIB_OUTLINE_SUMMARY_H

#include "lib/outline/outline.h"

/*
 * One line of text a datagram: when it came, where from, and the decoder's summary:
 * 2026-11-21 02:50:16.856006638 +0000 UTC 192.0.2.1:4739: IPFIX count:1 seq:100
 */
extern const struct outline_ops outline_summary;

#endif
