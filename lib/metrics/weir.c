// SPDX-License-Identifier: Apache-2.0
// weir's own metrics, and those that every program tells of its process.
#include "lib/metrics/row.h"

#define EXPORTER(member) offsetof(struct exporter_stats, member)
#define SOCKET(member)   offsetof(struct socket_stats, member)
#define OUTPUT(member)   offsetof(struct output_values, member)
#define SCRAPE(member)   offsetof(struct scrape, member)

#define STREAM   "agent,domain,protocol,router"
#define LISTENER "local_ip,local_port,name,worker"

/* clang-format off */
const struct metrics_row metrics_weir[] = {
    /* Sums that hold: see docs/metrics.md. */
#define COUNTER(name, text)                                                                        \
    {{"weir_" #name "_total", METRIC_COUNTER, "", text}, source_counters,                             \
     offsetof(struct counters, at[COUNTER_##name]), 0, ZERO_SHOWN},
#include "lib/counters.def"
#undef COUNTER
    {{"weir_datagram_drops_total", METRIC_COUNTER, "reason,stage",
      "datagrams dropped, whole or from some octet on, by the first reason"},
     source_datagram_drop, 0, 0, ZERO_SHOWN},
    {{"weir_faults_total", METRIC_COUNTER, "cost,reason",
      "faults of datagrams, by what was lost by them"}, source_fault, 0, 0, ZERO_SHOWN},
    {{"weir_output_taken_total", METRIC_COUNTER, "format,transport",
      "records that the transport took"}, source_output, OUTPUT(taken), 0, ZERO_SHOWN},
    {{"weir_output_delivered_total", METRIC_COUNTER, "format,transport",
      "records that arrived"}, source_output, OUTPUT(delivered), 0, ZERO_SHOWN},
    {{"weir_output_held", METRIC_GAUGE, "format,transport",
      "records that the transport took and whose end is not known yet"},
     source_output, OUTPUT(held), 0, ZERO_SHOWN},
    {{"weir_record_drops_total", METRIC_COUNTER, "format,reason,stage,transport",
      "records that did not arrive"}, source_record_drop, 0, 0, ZERO_SHOWN},

    /* By socket. */
    {{"weir_socket_datagrams_total", METRIC_COUNTER, LISTENER,
      "datagrams read from a socket"}, source_socket, SOCKET(datagrams), 0, ZERO_SHOWN},
    {{"weir_socket_octets_total", METRIC_COUNTER, LISTENER,
      "octets of the datagrams read from a socket"}, source_socket, SOCKET(octets), 0, ZERO_SHOWN},
    {{"weir_socket_kernel_dropped_total", METRIC_COUNTER, LISTENER,
      "datagrams that the kernel dropped because the buffer of a socket was full"},
     source_socket, SOCKET(kernel_dropped), 0, ZERO_SHOWN},

    /* By exporter. */
    {{"weir_exporter_last_seen_timestamp_seconds", METRIC_GAUGE, "router",
      "when an exporter was heard last, since 1970"},
     source_exporter, EXPORTER(heard_ns), 1e9, ZERO_HIDDEN},
    {{"weir_exporter_records_total", METRIC_COUNTER, "protocol,router",
      "flow records made of an exporter's datagrams"},
     source_exporter, EXPORTER(flows), 0, ZERO_HIDDEN},
    {{"weir_exporter_times_clamped_total", METRIC_COUNTER, "protocol,router",
      "flows of an exporter whose end was moved nearer to their receipt, for the set stream"},
     source_exporter, EXPORTER(times_clamped), 0, ZERO_HIDDEN},
    {{"weir_exporter_sequence_lost_total", METRIC_COUNTER, STREAM,
      "units missing from the sequence of a domain: flows, datagrams or records by the protocol"},
     source_exporter, EXPORTER(sequence.lost), 0, ZERO_SHOWN},
    {{"weir_exporter_sequence_reordered_total", METRIC_COUNTER, STREAM,
      "datagrams of a domain that came late"},
     source_exporter, EXPORTER(sequence.reordered), 0, ZERO_HIDDEN},
    {{"weir_exporter_sequence_repeated_total", METRIC_COUNTER, STREAM,
      "datagrams of a domain whose number came before"},
     source_exporter, EXPORTER(sequence.repeated), 0, ZERO_HIDDEN},
    {{"weir_exporter_sequence_restarts_total", METRIC_COUNTER, STREAM,
      "sequences of a domain that began anew"},
     source_exporter, EXPORTER(sequence.restarts), 0, ZERO_HIDDEN},
    {{"weir_template_age_seconds", METRIC_GAUGE, "obs_domain_id,router,template_id,type,version",
      "how long ago a template came last"},
     source_template, offsetof(struct template_values, age_ns), 1e9, ZERO_HIDDEN},

    /* What is remembered. */
    {{"weir_exporters", METRIC_GAUGE, "", "exporters remembered"},
     source_scrape, SCRAPE(size.exporters), 0, ZERO_SHOWN},
    {{"weir_domains", METRIC_GAUGE, "", "observation domains remembered"},
     source_scrape, SCRAPE(size.domains), 0, ZERO_SHOWN},
    {{"weir_templates", METRIC_GAUGE, "", "templates remembered"},
     source_scrape, SCRAPE(size.templates), 0, ZERO_SHOWN},
    {{"weir_template_bytes", METRIC_GAUGE, "", "octets of memory for these"},
     source_scrape, SCRAPE(size.template_octets), 0, ZERO_SHOWN},
    {{"weir_held_sets", METRIC_GAUGE, "", "data sets held now until their template comes"},
     source_scrape, SCRAPE(size.held_sets), 0, ZERO_SHOWN},
    {{"weir_held_bytes", METRIC_GAUGE, "", "octets of these"},
     source_scrape, SCRAPE(size.held_octets), 0, ZERO_SHOWN},

    {{"weir_metrics_places", METRIC_GAUGE, "", "exporters that may be told apart in the metrics"},
     source_scrape, SCRAPE(exporter_places), 0, ZERO_SHOWN},
    {{"weir_metrics_places_taken", METRIC_GAUGE, "", "exporters that are told apart"},
     source_scrape, SCRAPE(exporter_places_taken), 0, ZERO_SHOWN},
    {{"weir_workers", METRIC_GAUGE, "", "threads that receive"},
     source_scrape, SCRAPE(workers), 0, ZERO_SHOWN},
    {{"weir_uptime_seconds", METRIC_GAUGE, "", "time since weir was started"},
     source_scrape, SCRAPE(uptime_ns), 1e9, ZERO_SHOWN},
    {{"weir_build_info", METRIC_GAUGE, "version", "1, labelled with the version of weir"},
     source_constant, 0, 0, ZERO_SHOWN},
    {.source = NULL},
};

/* By the names that Prometheus' own client libraries give them. */
const struct metrics_row metrics_process[] = {
    {{"process_cpu_seconds_total", METRIC_COUNTER, "",
      "Total user and system CPU time spent in seconds."},
     source_scrape, SCRAPE(process.cpu_ns), 1e9, ZERO_SHOWN},
    {{"process_max_fds", METRIC_GAUGE, "", "Maximum number of open file descriptors."},
     source_scrape, SCRAPE(process.open_files_max), 0, ZERO_SHOWN},
    {{"process_open_fds", METRIC_GAUGE, "", "Number of open file descriptors."},
     source_scrape, SCRAPE(process.open_files), 0, ZERO_SHOWN},
    {{"process_resident_memory_bytes", METRIC_GAUGE, "", "Resident memory size in bytes."},
     source_scrape, SCRAPE(process.resident_octets), 0, ZERO_SHOWN},
    {{"process_start_time_seconds", METRIC_GAUGE, "",
      "Start time of the process since unix epoch in seconds."},
     source_scrape, SCRAPE(process.started_ms), 1e3, ZERO_SHOWN},
    {{"process_virtual_memory_bytes", METRIC_GAUGE, "", "Virtual memory size in bytes."},
     source_scrape, SCRAPE(process.virtual_octets), 0, ZERO_SHOWN},
    {{"process_virtual_memory_max_bytes", METRIC_GAUGE, "",
      "Maximum amount of virtual memory available in bytes."},
     source_scrape, SCRAPE(process.virtual_octets_max), 0, ZERO_SHOWN},
    {{"promhttp_metric_handler_requests_in_flight", METRIC_GAUGE, "",
      "Current number of scrapes being served."}, source_constant, 0, 0, ZERO_SHOWN},
    {{"promhttp_metric_handler_requests_total", METRIC_COUNTER, "code",
      "Total number of scrapes by HTTP status code."}, source_answer, 0, 0, ZERO_SHOWN},
    {.source = NULL},
};
/* clang-format on */
