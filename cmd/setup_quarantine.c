// SPDX-License-Identifier: Apache-2.0
/* The quarantine that the command line asks for. */
#include <arpa/inet.h>

#include "cmd/setup.h"

const struct option setup_quarantine_options[] = {
    {"", OPTION_STRING, 0, offsetof(struct setup, quarantine_words.path), NULL,
     "Keep datagrams that break a rule in this pcapng file (docs/reliability.md)"},
    {"bytes", OPTION_COUNT, 0, offsetof(struct setup, quarantine_words.octets), "16777216",
     "Room for them, in the file and the older one beside it"},
    {"rate", OPTION_COUNT, 0, offsetof(struct setup, quarantine_words.rate), "10",
     "How many of them a worker keeps in a second (0 keeps all)"},
    {0},
};

/* A host by name, and every address, are written as zeros. */
static struct pcapng_receiver receiver_of(const struct listen_uri *uri)
{
    struct pcapng_receiver receiver = {.port = uri->port};

    if (inet_pton(AF_INET, uri->host, receiver.addr.bytes) == 1) {
        receiver.addr.len = 4;
    } else if (inet_pton(AF_INET6, uri->host, receiver.addr.bytes) == 1) {
        receiver.addr.len = 16;
    }
    return receiver;
}

int setup_open_quarantine(struct setup *setup, enum output_policy policy)
{
    struct quarantine_settings *words = &setup->quarantine_words;

    if (*words->path == '\0') {
        return 0;
    }
    for (size_t i = 0; i < setup->n_uris; i++) {
        setup->receivers[i] = receiver_of(&setup->uris[i]);
    }
    words->receivers = setup->receivers;
    words->n_receivers = setup->n_uris;
    words->waits = policy == OUTPUT_WAIT;
    return quarantine_open(&setup->quarantine, words);
}

void setup_reopen_quarantine(const struct setup *setup)
{
    if (setup->quarantine != NULL) {
        quarantine_reopen(setup->quarantine);
    }
}

void setup_close_quarantine(struct setup *setup)
{
    quarantine_close(setup->quarantine);
    setup->quarantine = NULL;
}
