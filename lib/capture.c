// SPDX-License-Identifier: Apache-2.0
// Datagrams out of a capture file, which libpcap reads.
#include "lib/capture.h"

#include <errno.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/frame.h"

struct capture {
    pcap_t *pcap;
    const struct frame_link *link;
    bool damaged;
    uint64_t seen[FRAME_TRUNCATED + 1]; /* frames by enum frame_result */
};

/* The first octet of a file that gzip made, and of no capture. */
enum { GZIP_FIRST = 0x1f };

/* Leaves it to be read again. */
static int first_octet(FILE *file)
{
    return ungetc(fgetc(file), file);
}

/* Opens the file, so that every message is ours and none has the path in it. */
static pcap_t *open_pcap(const char *path, char *message, size_t message_size)
{
    char reason[PCAP_ERRBUF_SIZE] = "";
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    pcap_t *pcap;
    int first;

    if (file == NULL) {
        (void)snprintf(message, message_size, "%s", strerror(errno));
        return NULL;
    }
    first = first_octet(file);
    pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, reason);
    if (pcap == NULL) {
        (void)snprintf(message, message_size, "%s%s", reason,
                       first == GZIP_FIRST ? "; compressed? gzip -dc FILE | weir replay -" : "");
        if (file != stdin) {
            (void)fclose(file);
        }
    }
    return pcap;
}

static const struct frame_link *find_link(pcap_t *pcap, char *message, size_t message_size)
{
    const int dlt = pcap_datalink(pcap);
    const char *name = pcap_datalink_val_to_name(dlt);
    const struct frame_link *link = frame_link(dlt);

    if (link == NULL) {
        (void)snprintf(message, message_size,
                       "link type %d (%s) is not read; Ethernet, Linux cooked, raw IP and BSD "
                       "loopback are",
                       dlt, name == NULL ? "no name" : name);
    }
    return link;
}

struct capture *capture_open(const char *path, char *message, size_t message_size)
{
    struct capture *capture = calloc(1, sizeof(*capture));

    if (capture == NULL) {
        (void)snprintf(message, message_size, "%s", strerror(ENOMEM));
        return NULL;
    }
    capture->pcap = open_pcap(path, message, message_size);
    if (capture->pcap != NULL) {
        capture->link = find_link(capture->pcap, message, message_size);
    }
    if (capture->link == NULL) {
        capture_close(capture);
        return NULL;
    }
    return capture;
}

void capture_close(struct capture *capture)
{
    if (capture->pcap != NULL) {
        pcap_close(capture->pcap);
    }
    free(capture);
}

/* Seconds have 32 bits in a pcap file, which libpcap takes as signed: they last until 2106. */
static uint64_t nanoseconds(const struct timeval *time)
{
    const uint64_t seconds = time->tv_sec < 0 ? (uint32_t)time->tv_sec : (uint64_t)time->tv_sec;

    return seconds * 1000000000 + (uint64_t)time->tv_usec;
}

bool capture_next(struct capture *capture, struct datagram *datagram, uint16_t *to_port)
{
    struct pcap_pkthdr *header;
    const uint8_t *frame;
    int found;

    while ((found = pcap_next_ex(capture->pcap, &header, &frame)) == 1) {
        const enum frame_result result =
            frame_read(capture->link, frame, header->caplen, datagram, to_port);

        capture->seen[result]++;
        if (result == FRAME_DATAGRAM) {
            datagram->from_scope = 0;
            datagram->listener = 0;
            datagram->received_ns = nanoseconds(&header->ts);
            return true;
        }
    }
    capture->damaged = found == PCAP_ERROR;
    return false;
}

const char *capture_error(struct capture *capture)
{
    return capture->damaged ? pcap_geterr(capture->pcap) : NULL;
}

double capture_share(const struct capture *capture)
{
    FILE *file = pcap_file(capture->pcap);
    struct stat status;

    if (fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) {
        return -1;
    }
    return (double)ftello(file) / (double)status.st_size;
}

struct capture_skipped capture_skipped(const struct capture *capture)
{
    return (struct capture_skipped){
        .not_udp = capture->seen[FRAME_NOT_UDP],
        .fragments = capture->seen[FRAME_FRAGMENT],
        .truncated = capture->seen[FRAME_TRUNCATED],
    };
}
