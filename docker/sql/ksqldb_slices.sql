-- SPDX-License-Identifier: Apache-2.0
-- Flows joined with slices of accounting, over the streams of ksqldb.sql: each interim and stop
-- event covers the time since the event before it (slice_start_ms).  Both sides are kept for the
-- window and the grace period; a flow waits for the event that ends its slice, so an event that
-- comes after the flow is no loss.
--
-- For a NAS that sends interim updates, at most ten minutes apart, and the true time in its Stop.

CREATE STREAM IF NOT EXISTS flows_sliced
WITH (KAFKA_TOPIC = 'flows.sliced', VALUE_FORMAT = 'JSON') AS
SELECT
    f.msg_key AS msg_key,
    f.record_id AS record_id,
    f.leg AS leg,
    f.direction AS direction,
    f.sub_addr AS sub_addr,
    f.peer_addr AS peer_addr,
    f.octet_count AS octet_count,
    f.packet_count AS packet_count,
    f.flow_end_ms AS flow_end_ms,
    a.user_name AS user_name,
    a.unique_id AS unique_id
FROM flows f
INNER JOIN accounting a WITHIN (0 SECONDS, 10 MINUTES) GRACE PERIOD 15 MINUTES
    ON f.msg_key = a.msg_key
WHERE a.event <> 'start' AND a.slice_start_ms < f.flow_end_ms AND f.flow_end_ms <= a.event_ms
EMIT CHANGES;
