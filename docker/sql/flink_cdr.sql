-- SPDX-License-Identifier: Apache-2.0
-- Flows joined with closed sessions, as CDRs tell of them: one record at the end.  Nothing is
-- known of a session before its Stop, so a day of flows is kept; for small volumes, and for CDRs
-- that come in parts (use flink_slices.sql where the parts are minutes).

CREATE TABLE flows_by_cdr (
    record_id    STRING,
    leg          STRING,
    direction    STRING,
    sub_key      STRING,
    sub_addr     STRING,
    sub_port     INT,
    peer_addr    STRING,
    peer_port    INT,
    octet_count  BIGINT,
    packet_count BIGINT,
    flow_end_ms  BIGINT,
    user_name    STRING,
    unique_id    STRING
) WITH (
    'connector' = 'kafka',
    'topic' = 'flows.by_cdr',
    'properties.bootstrap.servers' = '${KAFKA}',
    'key.format' = 'raw',
    'key.fields' = 'sub_key',
    'value.format' = 'json',
    'value.json.encode.ignore-null-fields' = 'true'
);

INSERT INTO flows_by_cdr
SELECT
    flow.record_id,
    flow.leg,
    flow.direction,
    flow.sub_key,
    flow.sub_addr,
    flow.sub_port,
    flow.peer_addr,
    flow.peer_port,
    flow.octet_count,
    flow.packet_count,
    flow.flow_end_ms,
    cdr.user_name,
    cdr.unique_id
FROM flows AS flow
JOIN accounting AS cdr
    ON flow.sub_key = cdr.sub_key
    AND flow.flow_end BETWEEN cdr.event_time - INTERVAL '24' HOUR AND cdr.event_time
    AND flow.flow_end_ms BETWEEN cdr.start_ms AND cdr.event_ms
WHERE cdr.event = 'stop';
