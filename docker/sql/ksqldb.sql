-- SPDX-License-Identifier: Apache-2.0
-- ksqlDB, 0.29 and later: each flow with the subscriber who held its address when it ended.
--
--   ksql --file ksqldb.sql http://ksqldb:8088
--
-- Flows come from `weir -fields stream -transport kafka -transport.kafka.key sub_key`, sessions
-- from FreeRADIUS with docker/freeradius.  Both topics are there before, with the same number of
-- partitions; both writers use Java's partitioner, or the join would find nothing, without an
-- error.
--
-- A flow belongs to the session of its key that began last before the flow ended, unless that
-- session had stopped before the flow began.  What ksqlDB knows of the sessions is what has
-- arrived when the flow is read: a Start that comes after the flow is missed (Flink waits for it,
-- flink_asof.sql).

SET 'auto.offset.reset' = 'earliest';
-- A flow waits so long for events that are older, as far as ksqlDB can see them.
SET 'ksql.streams.max.task.idle.ms' = '2000';

-- The key of a message cannot have the name of a field in it.
CREATE STREAM IF NOT EXISTS flows (
    msg_key       VARCHAR KEY,
    record_id     VARCHAR,
    leg           VARCHAR,
    exporter_addr VARCHAR,
    received_ms   BIGINT,
    flow_start_ms BIGINT,
    flow_end_ms   BIGINT,
    src_addr      VARCHAR,
    dst_addr      VARCHAR,
    src_port      INT,
    dst_port      INT,
    proto_num     INT,
    octet_count   BIGINT,
    packet_count  BIGINT,
    sampling_rate BIGINT,
    direction     VARCHAR,
    sub_addr      VARCHAR,
    sub_port      INT,
    peer_addr     VARCHAR,
    peer_port     INT
) WITH (
    KAFKA_TOPIC = 'flows',
    KEY_FORMAT = 'KAFKA',
    VALUE_FORMAT = 'JSON',
    TIMESTAMP = 'flow_end_ms'
);

CREATE STREAM IF NOT EXISTS accounting (
    msg_key        VARCHAR KEY,
    event          VARCHAR,
    event_ms       BIGINT,
    start_ms       BIGINT,
    slice_start_ms BIGINT,
    unique_id      VARCHAR,
    user_name      VARCHAR
) WITH (
    KAFKA_TOPIC = 'sessions.events',
    KEY_FORMAT = 'KAFKA',
    VALUE_FORMAT = 'JSON',
    TIMESTAMP = 'event_ms'
);

-- The last sixteen events of each key, in the order in which they came: starts, stops, and the
-- first interim of a session, which tells of one whose Start was lost.
CREATE TABLE IF NOT EXISTS sessions_by_key
WITH (KAFKA_TOPIC = 'sessions.by_key', VALUE_FORMAT = 'JSON') AS
SELECT
    msg_key,
    LATEST_BY_OFFSET(
        STRUCT(
            unique_id := unique_id,
            user_name := user_name,
            start_ms := start_ms,
            stop_ms := CASE WHEN event = 'stop' THEN event_ms ELSE CAST(NULL AS BIGINT) END
        ),
        16
    ) AS history
FROM accounting
WHERE event IN ('start', 'stop') OR (event = 'interim' AND slice_start_ms = start_ms)
GROUP BY msg_key
EMIT CHANGES;

-- The choice: of the events whose session began before the flow ended the one of the latest
-- session; of two events of one session the later one, which is its stop.
CREATE STREAM IF NOT EXISTS flows_asof
WITH (KAFKA_TOPIC = 'flows.asof', VALUE_FORMAT = 'JSON') AS
SELECT
    f.msg_key AS msg_key,
    f.record_id AS record_id,
    f.leg AS leg,
    f.direction AS direction,
    f.sub_addr AS sub_addr,
    f.sub_port AS sub_port,
    f.peer_addr AS peer_addr,
    f.peer_port AS peer_port,
    f.proto_num AS proto_num,
    f.octet_count AS octet_count,
    f.packet_count AS packet_count,
    f.sampling_rate AS sampling_rate,
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
FROM flows f
LEFT JOIN sessions_by_key s ON f.msg_key = s.msg_key
EMIT CHANGES;

CREATE STREAM IF NOT EXISTS flows_attributed
WITH (KAFKA_TOPIC = 'flows.attributed', VALUE_FORMAT = 'JSON') AS
SELECT
    msg_key,
    AS_VALUE(msg_key) AS sub_key,
    record_id,
    leg,
    direction,
    sub_addr,
    sub_port,
    peer_addr,
    peer_port,
    proto_num,
    octet_count,
    packet_count,
    octet_count * COALESCE(sampling_rate, CAST(1 AS BIGINT)) AS octet_count_est,
    flow_start_ms,
    flow_end_ms,
    CASE
        WHEN holder->start_ms <= flow_end_ms
            AND (holder->stop_ms IS NULL OR flow_start_ms <= holder->stop_ms)
        THEN holder->user_name
    END AS user_name,
    CASE
        WHEN holder->start_ms <= flow_end_ms
            AND (holder->stop_ms IS NULL OR flow_start_ms <= holder->stop_ms)
        THEN holder->unique_id
    END AS unique_id
FROM flows_asof
EMIT CHANGES;

-- What each subscriber sent and received in each hour.  A table of two keys needs a format that
-- holds two.
CREATE TABLE IF NOT EXISTS usage_hourly
WITH (KAFKA_TOPIC = 'usage.hourly', KEY_FORMAT = 'JSON', VALUE_FORMAT = 'JSON') AS
SELECT
    user_name,
    direction,
    WINDOWSTART AS hour_start_ms,
    SUM(octet_count_est) AS octet_count_est,
    COUNT(*) AS flow_count
FROM flows_attributed
WINDOW TUMBLING (SIZE 1 HOUR, RETENTION 7 DAYS, GRACE PERIOD 30 MINUTES)
WHERE user_name IS NOT NULL
GROUP BY user_name, direction
EMIT CHANGES;
