// SPDX-License-Identifier: Apache-2.0
/* A fuzz target: a file of subscribers' pools, and flows that are looked up in them. */
#include <unistd.h>

#include "lib/subscriber/subscribers.h"
#include "tests/checked_pipeline.h"
#include "tests/fuzz/file_in_memory.h"
#include "tests/fuzz/fuzz.h"

/* Addresses out of the file's own octets, so that some of them lie in its pools. */
static void look_up(const struct subscribers *subscribers, const uint8_t *data, size_t size)
{
    static struct decode d;
    const struct decode_settings settings = {.stream = {.subscribers = subscribers, .sides = true}};
    const size_t len = size % 2 == 0 ? 4 : 16;

    d.settings = &settings;
    for (size_t at = 0; at + 2 * len <= size; at += len) {
        flow_clear(&d.flow);
        FLOW_SET(&d.flow, src_addr, flow_addr_make(data + at, len));
        FLOW_SET(&d.flow, dst_addr, flow_addr_make(data + at + len, len));
        subscriber_fill(&d);
        (void)subscriber_fill_other(&d);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[FILE_IN_MEMORY_PATH];
    char message[512] = "";
    const int fd = file_in_memory(data, size, path);
    struct subscribers *subscribers = subscribers_load(path, message, sizeof(message));

    require((subscribers == NULL) == (message[0] != '\0'), "what is refused is explained");
    if (subscribers != NULL) {
        look_up(subscribers, data, size);
        subscribers_free(subscribers);
    }
    (void)close(fd);
    return 0;
}
