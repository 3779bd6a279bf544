// SPDX-License-Identifier: Apache-2.0
/* The kernel's choice of a socket by source address, as a classic BPF program. */
#include "lib/listen/steering.h"

#include <errno.h>
#include <linux/filter.h>
#include <sys/socket.h>
#include <uv.h>

#include "lib/wire.h"

/*
 * Exporters often differ in one octet only, whichever that is, and all of them
 * have to count.  So the words of an address are multiplied together, then folded
 * and multiplied twice more, until the upper half depends on every bit.
 */
#define FACTOR 0x9e3779b1u /* a prime near 2^32 divided by the golden ratio */

/* The instructions used below, on the accumulator A and the index register X. */
#define LOAD_OCTET(at)       BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)SKF_NET_OFF + (at))
#define LOAD_WORD(at)        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)SKF_NET_OFF + (at))
#define IF_EQUAL(k, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (k), (yes), (no))
#define JUMP(by)             BPF_STMT(BPF_JMP | BPF_JA, (by))
#define COPY_TO_X            BPF_STMT(BPF_MISC | BPF_TAX, 0)
#define ADD_X                BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0)
#define XOR_X                BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0)
#define MULTIPLY(k)          BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, (k))
#define SHIFT_RIGHT(k)       BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, (k))
#define MODULO(k)            BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, (k))
#define RETURN_A             BPF_STMT(BPF_RET | BPF_A, 0)

int steering_attach(int fd, unsigned n)
{
    /* clang-format off */
    struct sock_filter program[] = {
        LOAD_OCTET(0), /* the version is the upper nibble (RFC 791, RFC 8200) */
        SHIFT_RIGHT(4),
        IF_EQUAL(6, 2, 0),

        LOAD_WORD(12), /* IPv4: the source address */
        JUMP(13),

        LOAD_WORD(8), /* IPv6: the source address */
        MULTIPLY(FACTOR),
        COPY_TO_X,
        LOAD_WORD(12),
        ADD_X,
        MULTIPLY(FACTOR),
        COPY_TO_X,
        LOAD_WORD(16),
        ADD_X,
        MULTIPLY(FACTOR),
        COPY_TO_X,
        LOAD_WORD(20),
        ADD_X,

        COPY_TO_X, /* both */
        SHIFT_RIGHT(16),
        XOR_X,
        MULTIPLY(FACTOR),
        COPY_TO_X,
        SHIFT_RIGHT(16),
        XOR_X,
        MULTIPLY(FACTOR),

        SHIFT_RIGHT(16), /* the number of the socket */
        MODULO(n),
        RETURN_A,
    };
    /* clang-format on */
    const struct sock_fprog filter = {sizeof(program) / sizeof(program[0]), program};

    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof(filter)) != 0) {
        return uv_translate_sys_error(errno);
    }
    return 0;
}

unsigned steering_worker_of(const struct flow_addr *from, unsigned n)
{
    struct wire w;
    uint32_t hash = 0;

    wire_init(&w, from->bytes, from->len);
    while (wire_left(&w) > 0) {
        hash = hash * FACTOR + wire_u32(&w);
    }
    hash = (hash ^ hash >> 16) * FACTOR;
    hash = (hash ^ hash >> 16) * FACTOR;
    return (hash >> 16) % n;
}
