// SPDX-License-Identifier: Apache-2.0
/* Names of ICMP messages: those that goflow2 has, in its spelling. */
#include "lib/formats/icmp_name.h"

#include <stddef.h>

struct icmp_message {
    uint16_t type;
    const char *name;
};

static const struct icmp_message icmp_messages[] = {
    {0, "EchoReply"},           {3, "DestinationUnreachable"}, {8, "Echo"},
    {9, "RouterAdvertisement"}, {10, "RouterSolicitation"},    {11, "TimeExceeded"},
    {ICMP_TYPE_UNKNOWN, ""},
};

static const struct icmp_message icmpv6_messages[] = {
    {1, "DestinationUnreachable"}, {2, "PacketTooBig"},     {3, "TimeExceeded"},
    {128, "EchoRequest"},          {129, "EchoReply"},      {133, "RouterSolicitation"},
    {134, "RouterAdvertisement"},  {ICMP_TYPE_UNKNOWN, ""},
};

static const char *find_name(const struct icmp_message *message, uint16_t type)
{
    while (message->type != type && message->type != ICMP_TYPE_UNKNOWN) {
        message++;
    }
    return message->name;
}

const char *icmp_name(uint8_t proto, uint16_t type)
{
    switch (proto) {
    case 1:
        return find_name(icmp_messages, type);
    case 58:
        return find_name(icmpv6_messages, type);
    default:
        return NULL;
    }
}
