-- SPDX-License-Identifier: Apache-2.0
-- ClickHouse: flows and sessions out of Kafka into tables that clickhouse_asof.sql joins.
--
--   KAFKA=kafka:9092 envsubst < clickhouse.sql | clickhouse-client --multiquery
--
-- ${KAFKA}  the brokers
--
-- A message that comes twice is kept once (record_id, unique_id), whenever it comes.

CREATE TABLE flows_queue
(
    record_id String,
    leg String,
    exporter_addr String,
    received_ms UInt64,
    flow_start_ms Nullable(UInt64),
    flow_end_ms UInt64,
    src_addr String,
    dst_addr String,
    src_port UInt16,
    dst_port UInt16,
    proto_num UInt8,
    tcp_flags UInt16,
    octet_count UInt64,
    packet_count UInt64,
    sampling_rate UInt32,
    direction String,
    sub_key String,
    sub_addr String,
    sub_port UInt16,
    peer_addr String,
    peer_port UInt16
)
ENGINE = Kafka
SETTINGS kafka_broker_list = '${KAFKA}', kafka_topic_list = 'flows',
    kafka_group_name = 'clickhouse-flows', kafka_format = 'JSONEachRow',
    kafka_handle_error_mode = 'stream', input_format_skip_unknown_fields = 1;

-- Addresses as IPv6 take 16 octets, and IPv4 ones in them compare and index as one type; what is
-- shown or joined is the text that weir wrote.
CREATE TABLE flows
(
    record_id String,
    leg LowCardinality(String),
    exporter_addr LowCardinality(String),
    received DateTime64(3, 'UTC'),
    flow_start DateTime64(3, 'UTC'),
    flow_end DateTime64(3, 'UTC'),
    src_addr IPv6,
    dst_addr IPv6,
    src_port UInt16,
    dst_port UInt16,
    proto_num UInt8,
    tcp_flags UInt16,
    octet_count UInt64,
    packet_count UInt64,
    sampling_rate UInt32,
    direction LowCardinality(String),
    sub_key String,
    sub_addr String,
    sub_port UInt16,
    peer_addr String,
    peer_port UInt16
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(flow_end)
ORDER BY (sub_key, flow_end, record_id, leg)
TTL toDateTime(flow_end) + INTERVAL 365 DAY;

CREATE MATERIALIZED VIEW flows_intake TO flows AS
SELECT
    record_id, leg, exporter_addr,
    fromUnixTimestamp64Milli(toInt64(received_ms), 'UTC') AS received,
    fromUnixTimestamp64Milli(toInt64(coalesce(flow_start_ms, flow_end_ms)), 'UTC') AS flow_start,
    fromUnixTimestamp64Milli(toInt64(flow_end_ms), 'UTC') AS flow_end,
    toIPv6OrDefault(src_addr) AS src_addr,
    toIPv6OrDefault(dst_addr) AS dst_addr,
    src_port, dst_port, proto_num, tcp_flags, octet_count, packet_count, sampling_rate,
    direction, sub_key, sub_addr, sub_port, peer_addr, peer_port
FROM flows_queue
WHERE _error = '';

CREATE TABLE sessions_queue
(
    sub_key String,
    event String,
    event_ms UInt64,
    start_ms UInt64,
    unique_id String,
    user_name String,
    nas_addr String
)
ENGINE = Kafka
SETTINGS kafka_broker_list = '${KAFKA}', kafka_topic_list = 'sessions.events',
    kafka_group_name = 'clickhouse-sessions', kafka_format = 'JSONEachRow',
    kafka_handle_error_mode = 'stream', input_format_skip_unknown_fields = 1;

-- One row a session and key, in whatever order its events come: the earliest start and the earliest
-- stop that was told.  2200 is "not yet".
CREATE TABLE sessions
(
    sub_key String,
    unique_id String,
    start SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    stop SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    user_name SimpleAggregateFunction(anyLast, String),
    nas_addr SimpleAggregateFunction(anyLast, String)
)
ENGINE = AggregatingMergeTree
ORDER BY (sub_key, unique_id);

CREATE MATERIALIZED VIEW sessions_intake TO sessions AS
SELECT
    sub_key, unique_id,
    fromUnixTimestamp64Milli(toInt64(start_ms), 'UTC') AS start,
    if(event = 'stop', fromUnixTimestamp64Milli(toInt64(event_ms), 'UTC'),
        toDateTime64('2200-01-01 00:00:00', 3, 'UTC')) AS stop,
    user_name, nas_addr
FROM sessions_queue
WHERE _error = '' AND event IN ('start', 'interim', 'stop');

-- What could not be read, with the reason.
CREATE TABLE unread
(
    at DateTime DEFAULT now(),
    topic String,
    message_offset UInt64,
    raw String,
    error String
)
ENGINE = MergeTree
ORDER BY at
TTL at + INTERVAL 7 DAY;

CREATE MATERIALIZED VIEW flows_unread TO unread AS
SELECT now() AS at, _topic AS topic, _offset AS message_offset, _raw_message AS raw, _error AS error
FROM flows_queue
WHERE _error != '';

CREATE MATERIALIZED VIEW sessions_unread TO unread AS
SELECT now() AS at, _topic AS topic, _offset AS message_offset, _raw_message AS raw, _error AS error
FROM sessions_queue
WHERE _error != '';
