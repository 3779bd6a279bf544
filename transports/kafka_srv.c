// SPDX-License-Identifier: Apache-2.0
// Brokers by the SRV records of a name.
#include "transports/kafka_srv.h"

#include <netinet/in.h>

#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <stdio.h>
#include <string.h>

enum { ANSWER_OCTETS = 16384, TRY_SECONDS = 2, TRIES = 2 };

/* Priority, weight and port stand before the host. */
enum { PORT_AT = 4, HOST_AT = 6 };

/* What is no SRV record, or finds no room, is left out. */
static void append(const ns_msg *answer, const ns_rr *record, char list[static KAFKA_SRV_OCTETS])
{
    const unsigned char *data = ns_rr_rdata(*record);
    const size_t used = strlen(list);
    char host[NS_MAXDNAME];

    if (ns_rr_type(*record) != ns_t_srv || ns_rr_rdlen(*record) <= HOST_AT ||
        ns_name_uncompress(ns_msg_base(*answer), ns_msg_end(*answer), data + HOST_AT, host,
                           sizeof(host)) < 0 ||
        used + strlen(host) + sizeof(",:65535") > KAFKA_SRV_OCTETS) {
        return;
    }
    (void)snprintf(list + used, KAFKA_SRV_OCTETS - used, "%s%s:%u", used == 0 ? "" : ",", host,
                   ns_get16(data + PORT_AT));
}

const char *kafka_srv_read(const unsigned char *answer, int len, char list[static KAFKA_SRV_OCTETS])
{
    ns_msg message;
    ns_rr record;

    *list = '\0';
    if (ns_initparse(answer, len, &message) != 0) {
        return "the answer is damaged";
    }
    for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
        if (ns_parserr(&message, ns_s_an, i, &record) == 0) {
            append(&message, &record, list);
        }
    }
    return *list == '\0' ? "it has no SRV record" : NULL;
}

const char *kafka_srv_look_up(const char *name, char list[static KAFKA_SRV_OCTETS])
{
    static unsigned char octets[ANSWER_OCTETS];
    struct __res_state state = {.nscount = 0};
    int error;
    int len;

    if (res_ninit(&state) != 0) {
        return "there is no resolver";
    }
    state.retrans = TRY_SECONDS;
    state.retry = TRIES;
    len = res_nquery(&state, name, ns_c_in, ns_t_srv, octets, sizeof(octets));
    error = state.res_h_errno;
    res_nclose(&state);
    if (len < 0) {
        return hstrerror(error);
    }
    return kafka_srv_read(octets, len > ANSWER_OCTETS ? ANSWER_OCTETS : len, list);
}
