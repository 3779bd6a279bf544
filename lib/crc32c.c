// SPDX-License-Identifier: Apache-2.0
// CRC-32C, by instruction or by table; which one is found out at the first call.
#include "lib/crc32c.h"

#include <stdbool.h>
#include <string.h>
#include <uv.h>

#if defined(__AARCH64EL__) && defined(__linux__) && __has_builtin(__builtin_aarch64_crc32cx)
#define BY_ARM 1
#include <sys/auxv.h>
#else
#define BY_ARM 0
#endif

/* The polynomial 0x1edc6f41, its bits in reverse. */
static const uint32_t polynomial = 0x82f63b78;

static uint32_t table[256];
static uv_once_t table_once = UV_ONCE_INIT;

static void make_table(void)
{
    for (uint32_t octet = 0; octet < 256; octet++) {
        uint32_t crc = octet;

        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ ((crc & 1) != 0 ? polynomial : 0);
        }
        table[octet] = crc;
    }
}

uint32_t crc32c_by_table(uint32_t crc, const void *data, size_t len)
{
    const uint8_t *at = data;

    uv_once(&table_once, make_table);
    crc = ~crc;
    for (size_t i = 0; i < len; i++) {
        crc = crc >> 8 ^ table[(crc ^ at[i]) & 0xff];
    }
    return ~crc;
}

#if defined(__x86_64__)

#define BY_INSTRUCTION  __attribute__((target("sse4.2")))
#define CRC_WORD(c, w)  (uint32_t) __builtin_ia32_crc32di((c), (w))
#define CRC_OCTET(c, o) __builtin_ia32_crc32qi((c), (o))

static bool has_instruction(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("sse4.2");
}

#elif BY_ARM

#define BY_INSTRUCTION  __attribute__((target("+crc")))
#define CRC_WORD(c, w)  __builtin_aarch64_crc32cx((c), (w))
#define CRC_OCTET(c, o) __builtin_aarch64_crc32cb((c), (o))

static bool has_instruction(void)
{
    return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
}

#endif

#ifdef BY_INSTRUCTION

/* Eight octets a step; both processors read words with their first octet lowest. */
BY_INSTRUCTION static uint32_t crc32c_by_instruction(uint32_t crc, const void *data, size_t len)
{
    const uint8_t *at = data;

    crc = ~crc;
    for (; len >= 8; len -= 8, at += 8) {
        uint64_t word;

        memcpy(&word, at, sizeof(word));
        crc = CRC_WORD(crc, word);
    }
    for (size_t i = 0; i < len; i++) {
        crc = CRC_OCTET(crc, at[i]);
    }
    return ~crc;
}

#else

#define crc32c_by_instruction crc32c_by_table

static bool has_instruction(void)
{
    return false;
}

#endif

static uint32_t (*chosen)(uint32_t crc, const void *data, size_t len);
static uv_once_t choice_once = UV_ONCE_INIT;

static void choose(void)
{
    chosen = has_instruction() ? crc32c_by_instruction : crc32c_by_table;
}

uint32_t crc32c(uint32_t crc, const void *data, size_t len)
{
    uv_once(&choice_once, choose);
    return chosen(crc, data, len);
}
