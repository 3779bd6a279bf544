-- SPDX-License-Identifier: Apache-2.0
-- Flows joined with slices of accounting: each interim and stop event covers the time since the
-- event before it (slice_start_ms), so one slice covers a flow.  The state is minutes of flows
-- and of events, however long sessions last; a flow waits for the event that ends its slice.
--
-- For a NAS that sends interim updates, at most ten minutes apart, and the true time in its Stop:
-- what a Stop claims beyond the next Start goes to both subscribers, and a flow that outlasts its
-- session to none.  flink_asof.sql has neither limit.

CREATE TABLE flows_sliced (
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
    'topic' = 'flows.sliced',
    'properties.bootstrap.servers' = '${KAFKA}',
    'key.format' = 'raw',
    'key.fields' = 'sub_key',
    'value.format' = 'json',
    'value.json.encode.ignore-null-fields' = 'true'
);

INSERT INTO flows_sliced
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
    slice.user_name,
    slice.unique_id
FROM flows AS flow
JOIN accounting AS slice
    ON flow.sub_key = slice.sub_key
    AND flow.flow_end BETWEEN slice.event_time - INTERVAL '10' MINUTE AND slice.event_time
    AND flow.flow_end_ms > slice.slice_start_ms
    AND flow.flow_end_ms <= slice.event_ms
WHERE slice.event IN ('interim', 'stop');
