// SPDX-License-Identifier: Apache-2.0
// goflow2's metrics, by its names, labels and texts.
#include "lib/metrics/row.h"

#define EXPORTER(member) offsetof(struct exporter_stats, member)
#define SOCKET(member)   offsetof(struct socket_stats, member)
#define TEMPLATE(member) offsetof(struct template_values, stats.member)

#define LOCAL           "local_ip,local_port,remote_ip"
#define TEMPLATE_LABELS "obs_domain_id,router,template_id,type,version"

/* clang-format off */
const struct metrics_row metrics_goflow2[] = {
    {{"goflow2_flow_dropped_packets_total", METRIC_COUNTER, LOCAL,
      "Packets dropped before processing."}, source_socket, SOCKET(kernel_dropped), 0, ZERO_SHOWN},
    {{"goflow2_flow_dropped_bytes_total", METRIC_COUNTER, LOCAL,
      "Bytes dropped before processing."}, source_nothing, 0, 0, ZERO_HIDDEN},
    {{"goflow2_flow_traffic_bytes_total", METRIC_COUNTER, LOCAL ",type",
      "Bytes received by the application."}, source_exporter, EXPORTER(octets), 0, ZERO_HIDDEN},
    {{"goflow2_flow_traffic_packets_total", METRIC_COUNTER, LOCAL ",type",
      "Packets received by the application."}, source_exporter, EXPORTER(datagrams), 0, ZERO_HIDDEN},
    {{"goflow2_flow_traffic_size_bytes", METRIC_SUMMARY, LOCAL ",type",
      "Summary of packet size."}, source_exporter, EXPORTER(size), 0, ZERO_HIDDEN},
    {{"goflow2_flow_decoder_error_total", METRIC_COUNTER, "name,router",
      "NetFlow/sFlow processed errors."}, source_exporter, EXPORTER(failed), 0, ZERO_HIDDEN},
    {{"goflow2_flow_decoding_time_seconds", METRIC_SUMMARY, "name",
      "Decoding time summary."}, source_socket, SOCKET(decoding_ns), 1e9, ZERO_HIDDEN},
    {{"goflow2_flow_process_nf_total", METRIC_COUNTER, "router,version",
      "NetFlows processed."}, source_netflow, EXPORTER(decoded), 0, ZERO_HIDDEN},
    {{"goflow2_flow_process_nf_errors_total", METRIC_COUNTER, "error,router",
      "NetFlows processed errors."}, source_netflow, EXPORTER(template_missing), 0, ZERO_HIDDEN},
    {{"goflow2_flow_process_nf_flowset_total", METRIC_COUNTER, "router,type,version",
      "NetFlows FlowSets sum."}, source_set, EXPORTER(parts), 0, ZERO_HIDDEN},
    {{"goflow2_flow_process_nf_flowset_records_total", METRIC_COUNTER, "router,type,version",
      "NetFlows FlowSets sum of records."}, source_set, EXPORTER(part_records), 0, ZERO_HIDDEN},
    {{"goflow2_flow_process_nf_delay_seconds", METRIC_SUMMARY, "router,version",
      "NetFlows time difference between time of flow and processing."},
     source_templated, EXPORTER(delay_ms), 1e3, ZERO_HIDDEN},
    {{"goflow2_flow_process_nf_templates_total", METRIC_COUNTER, TEMPLATE_LABELS,
      "NetFlows Template count."}, source_template, TEMPLATE(received), 0, ZERO_HIDDEN},
    {{"goflow2_flow_process_nf_template_added_timestamp_seconds", METRIC_GAUGE, TEMPLATE_LABELS,
      "Unix timestamp when a template was added."},
     source_template, TEMPLATE(added_ns), 1e9, ZERO_HIDDEN},
    {{"goflow2_flow_process_nf_template_updated_timestamp_seconds", METRIC_GAUGE, TEMPLATE_LABELS,
      "Unix timestamp when a template was updated."},
     source_template, TEMPLATE(updated_ns), 1e9, ZERO_HIDDEN},
    {{"goflow2_flow_process_nf_template_accessed_timestamp_seconds", METRIC_GAUGE, TEMPLATE_LABELS,
      "Unix timestamp when a template was last accessed."},
     source_template, TEMPLATE(used_ns), 1e9, ZERO_HIDDEN},
    {{"goflow2_flow_process_sf_total", METRIC_COUNTER, "agent,router,version",
      "sFlows processed."}, source_sflow, EXPORTER(decoded), 0, ZERO_HIDDEN},
    {{"goflow2_flow_process_sf_samples_total", METRIC_COUNTER, "agent,router,type,version",
      "SFlows samples sum."}, source_sample, EXPORTER(parts), 0, ZERO_HIDDEN},
    {{"goflow2_flow_process_sf_samples_records_total", METRIC_COUNTER, "agent,router,type,version",
      "SFlows samples sum of records."}, source_sample, EXPORTER(part_records), 0, ZERO_HIDDEN},
    {.source = NULL},
};
/* clang-format on */
