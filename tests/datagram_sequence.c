// SPDX-License-Identifier: Apache-2.0
/* Datagrams in one piece of memory. */
#include "tests/datagram_sequence.h"

static const uint64_t SECOND_NS = 1000000000;
static const uint64_t BEGIN_S = 1700000000;

enum { HEAD_LEN = 3, EXPORTERS = 4 };

void datagram_sequence_init(struct datagram_sequence *sequence, const void *data, size_t len)
{
    static const uint8_t address[4] = {192, 0, 2, 0};

    *sequence = (struct datagram_sequence){0};
    wire_init(&sequence->left, data, len);
    sequence->datagram.from = flow_addr_make(address, sizeof(address));
    sequence->datagram.from_port = 2055;
    sequence->datagram.received_ns = BEGIN_S * SECOND_NS;
}

bool datagram_sequence_next(struct datagram_sequence *sequence)
{
    struct datagram *datagram = &sequence->datagram;
    struct wire octets;

    if (wire_left(&sequence->left) < HEAD_LEN) {
        return false;
    }
    const size_t len = wire_u16(&sequence->left);
    const uint8_t choice = wire_u8(&sequence->left);
    octets = wire_slice_clipped(&sequence->left, len);
    datagram->data = octets.at;
    datagram->len = wire_left(&octets);
    datagram->from.bytes[3] = (uint8_t)(1 + choice % EXPORTERS);
    datagram->received_ns += choice / EXPORTERS * SECOND_NS;
    return true;
}
