-- SPDX-License-Identifier: Apache-2.0
-- Both ends of each flow looked up by their addresses: for flows whose subscriber's side weir was
-- not told (no -subscribers).  One row for each end that is somebody's.  A prefix cannot be found
-- by an address in it, nor one of two equal addresses by their realm: IPv6 subscribers and
-- overlapping pools need weir's sub_key, and flink_asof.sql.

CREATE VIEW flow_ends AS
SELECT record_id, 'upload' AS way, src_addr AS own_addr, dst_addr AS other_addr, octet_count,
    packet_count, flow_start_ms, flow_end_ms, flow_end
FROM flows WHERE COALESCE(leg, 'src') = 'src'
UNION ALL
SELECT record_id, 'download' AS way, dst_addr AS own_addr, src_addr AS other_addr, octet_count,
    packet_count, flow_start_ms, flow_end_ms, flow_end
FROM flows WHERE COALESCE(leg, 'src') = 'src';

CREATE TABLE flows_of_both_ends (
    record_id    STRING,
    direction    STRING,
    sub_key      STRING,
    peer_addr    STRING,
    octet_count  BIGINT,
    packet_count BIGINT,
    flow_end_ms  BIGINT,
    user_name    STRING,
    unique_id    STRING
) WITH (
    'connector' = 'kafka',
    'topic' = 'flows.both_ends',
    'properties.bootstrap.servers' = '${KAFKA}',
    'key.format' = 'raw',
    'key.fields' = 'sub_key',
    'value.format' = 'json'
);

INSERT INTO flows_of_both_ends
SELECT
    flow.record_id,
    flow.way,
    flow.own_addr,
    flow.other_addr,
    flow.octet_count,
    flow.packet_count,
    flow.flow_end_ms,
    holder.user_name,
    holder.unique_id
FROM flow_ends AS flow
JOIN holders FOR SYSTEM_TIME AS OF flow.flow_end AS holder
    ON flow.own_addr = holder.sub_key
WHERE holder.event <> 'stop' OR flow.flow_start_ms <= holder.event_ms;
