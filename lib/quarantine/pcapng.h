// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_QUARANTINE_PCAPNG_H
#define LIB_QUARANTINE_PCAPNG_H

#include "lib/decoder.h"

/*
 * Blocks of a pcapng file (IETF draft-ietf-opsawg-pcapng): UDP datagrams in bare IP packets
 * (LINKTYPE_RAW), times in nanoseconds.  All words are in the byte order of this host, as the
 * file's head says.
 */
enum {
    PCAPNG_COMMENT_MAX = 512,
    PCAPNG_HEAD_MAX = 128,
    PCAPNG_BLOCK_MIN = 32, /* of a packet */
    PCAPNG_BLOCK_MAX = 65536 + 40 + PCAPNG_COMMENT_MAX + 64,
    PCAPNG_TYPE_LEN = 4,   /* of a block, and of the head's first */
    PCAPNG_PREFIX_LEN = 8, /* what pcapng_block_len() reads */
    PCAPNG_SUFFIX_LEN = 4, /* likewise pcapng_block_ends() */
};

/* Where a datagram was received; an address of no octets is written as zeros. */
struct pcapng_receiver {
    struct flow_addr addr;
    uint16_t port;
};

/* Writes what stands before the first packet; returns its length. */
size_t pcapng_write_head(uint8_t out[static PCAPNG_HEAD_MAX]);

/*
 * Writes a packet with a comment, of which no more than PCAPNG_COMMENT_MAX octets are kept;
 * returns the block's length, or 0 if the datagram is longer than UDP can be.
 */
size_t pcapng_write_datagram(uint8_t out[static PCAPNG_BLOCK_MAX], const struct datagram *datagram,
                             const struct pcapng_receiver *receiver, const char *comment);

/*
 * How long the packet's block is that begins with this prefix; 0 if that is none of what
 * pcapng_write_datagram() writes.
 */
size_t pcapng_block_len(const uint8_t prefix[static PCAPNG_PREFIX_LEN]);

/* Whether these are the last octets of a block of this length. */
bool pcapng_block_ends(const uint8_t suffix[static PCAPNG_SUFFIX_LEN], size_t len);

#endif
