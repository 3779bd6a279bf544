-- SPDX-License-Identifier: Apache-2.0
-- Both ends of each flow looked up by their addresses, over the tables of ksqldb.sql: for flows
-- whose subscriber's side weir was not told (no -subscribers).  One row for each end that is
-- somebody's. ksqlDB joins on the key of the messages, so all flows are written and read once
-- more, twice each. A prefix cannot be found by an address in it: IPv6 subscribers need weir's
-- sub_key, and ksqldb.sql.

CREATE STREAM IF NOT EXISTS flow_ends AS
SELECT
    EXPLODE(ARRAY[
        STRUCT(own_addr := src_addr, other_addr := dst_addr, way := 'upload'),
        STRUCT(own_addr := dst_addr, other_addr := src_addr, way := 'download')
    ]) AS ends,
    record_id,
    octet_count,
    packet_count,
    flow_start_ms,
    flow_end_ms
FROM flows
WHERE leg IS NULL OR leg = 'src'
EMIT CHANGES;

CREATE STREAM IF NOT EXISTS flow_ends_by_addr AS
SELECT
    ends->own_addr AS own_addr,
    ends->other_addr AS peer_addr,
    ends->way AS direction,
    record_id,
    octet_count,
    packet_count,
    flow_start_ms,
    flow_end_ms
FROM flow_ends
PARTITION BY ends->own_addr
EMIT CHANGES;

CREATE STREAM IF NOT EXISTS flow_ends_asof AS
SELECT
    f.own_addr AS own_addr,
    f.peer_addr AS peer_addr,
    f.direction AS direction,
    f.record_id AS record_id,
    f.octet_count AS octet_count,
    f.packet_count AS packet_count,
    f.flow_start_ms AS flow_start_ms,
    f.flow_end_ms AS flow_end_ms,
    REDUCE(s.history, s.history[1], (chosen, entry) =>
        CASE
            WHEN entry->start_ms <= f.flow_end_ms
                AND (chosen->start_ms > f.flow_end_ms
                    OR entry->start_ms >= chosen->start_ms
                    OR entry->unique_id = chosen->unique_id)
            THEN entry
            ELSE chosen
        END
    ) AS holder
FROM flow_ends_by_addr f
INNER JOIN sessions_by_key s ON f.own_addr = s.msg_key
EMIT CHANGES;

CREATE STREAM IF NOT EXISTS flows_of_both_ends
WITH (KAFKA_TOPIC = 'flows.both_ends', VALUE_FORMAT = 'JSON') AS
SELECT
    own_addr,
    AS_VALUE(own_addr) AS sub_key,
    peer_addr,
    direction,
    record_id,
    octet_count,
    packet_count,
    flow_end_ms,
    holder->user_name AS user_name,
    holder->unique_id AS unique_id
FROM flow_ends_asof
WHERE holder->start_ms <= flow_end_ms
    AND (holder->stop_ms IS NULL OR flow_start_ms <= holder->stop_ms)
EMIT CHANGES;
