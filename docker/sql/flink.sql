-- SPDX-License-Identifier: Apache-2.0
-- Flink SQL, 2.0 and later: the tables that the joins beside this file read.
--
--   KAFKA=kafka:9092 UNTIL=unbounded envsubst < flink.sql > tables.sql
--   KAFKA=kafka:9092 envsubst < flink_asof.sql > join.sql
--   sql-client.sh -i tables.sql -f join.sql
--
-- ${KAFKA}  the brokers
-- ${UNTIL}  unbounded: run for ever; latest-offset: work off what the topics hold now, and end
--
-- Flink's lib needs flink-sql-connector-kafka, and zstd-jni for weir's batches.
--
-- Flows come from `weir -fields stream -transport kafka -transport.kafka.key sub_key`, sessions
-- from FreeRADIUS with docker/freeradius.

SET 'table.local-time-zone' = 'UTC';
-- A join waits for the slower of its two inputs; one that says nothing for so long is not waited
-- for.
SET 'table.exec.source.idle-timeout' = '30 s';

CREATE TABLE flows (
    record_id     STRING,
    leg           STRING,
    exporter_addr STRING,
    received_ms   BIGINT,
    flow_start_ms BIGINT,
    flow_end_ms   BIGINT,
    src_addr      STRING,
    dst_addr      STRING,
    src_port      INT,
    dst_port      INT,
    proto_num     INT,
    octet_count   BIGINT,
    packet_count  BIGINT,
    sampling_rate BIGINT,
    direction     STRING,
    sub_key       STRING,
    sub_addr      STRING,
    sub_port      INT,
    peer_addr     STRING,
    peer_port     INT,
    flow_end AS TO_TIMESTAMP_LTZ(flow_end_ms, 3),
    -- How much later than its last packet a flow may come: the exporters' longest timeout of an
    -- idle flow, and what it takes to get here.
    WATERMARK FOR flow_end AS flow_end - INTERVAL '2' MINUTE
) WITH (
    'connector' = 'kafka',
    'topic' = 'flows',
    'properties.bootstrap.servers' = '${KAFKA}',
    'properties.group.id' = 'flink-flows',
    'scan.startup.mode' = 'earliest-offset',
    'scan.bounded.mode' = '${UNTIL}',
    'format' = 'json'
);

CREATE TABLE accounting (
    sub_key        STRING,
    event          STRING,
    event_ms       BIGINT,
    start_ms       BIGINT,
    slice_start_ms BIGINT,
    unique_id      STRING,
    user_name      STRING,
    event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
    -- How much later than its time an event may come; later ones are not taken into account.
    WATERMARK FOR event_time AS event_time - INTERVAL '1' MINUTE
) WITH (
    'connector' = 'kafka',
    'topic' = 'sessions.events',
    'properties.bootstrap.servers' = '${KAFKA}',
    'properties.group.id' = 'flink-accounting',
    'scan.startup.mode' = 'earliest-offset',
    'scan.bounded.mode' = '${UNTIL}',
    'format' = 'json'
);

-- Each event with what is known of its key at that time: when the newest session began, and which
-- one it is.  Events of the same millisecond see each other, in whatever order they come.
CREATE VIEW accounting_in_order AS
SELECT
    *,
    MAX(start_ms) OVER so_far AS newest_start_ms,
    LAST_VALUE(CASE WHEN event = 'start' THEN unique_id END) OVER so_far AS newest_id
FROM accounting
WHERE event IN ('start', 'interim', 'stop')
WINDOW so_far AS (
    PARTITION BY sub_key ORDER BY event_time RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
);

-- Who holds a key, as a table with versions: each event makes one, which is valid until the next.
-- An event of a session that another has followed, as a late Stop is, makes none.
CREATE VIEW holders AS
SELECT sub_key, event, event_ms, start_ms, unique_id, user_name, event_time
FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY sub_key ORDER BY event_time DESC) AS age
    FROM accounting_in_order
    WHERE start_ms >= newest_start_ms OR unique_id = newest_id
)
WHERE age = 1;
