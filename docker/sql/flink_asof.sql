-- SPDX-License-Identifier: Apache-2.0
-- Each flow with the subscriber who held its address when it ended: the tables of flink.sql,
-- joined as of the flow's time.  In whatever order flows and events arrive, within the
-- watermarks' delays, the rows are the same.
--
-- A flow belongs to the session of its key that began last before the flow ended, unless that
-- session had stopped before the flow began.  Rows without user_name are flows of nobody.

CREATE TABLE flows_attributed (
    record_id       STRING,
    leg             STRING,
    direction       STRING,
    sub_key         STRING,
    sub_addr        STRING,
    sub_port        INT,
    peer_addr       STRING,
    peer_port       INT,
    proto_num       INT,
    octet_count     BIGINT,
    packet_count    BIGINT,
    octet_count_est BIGINT,
    flow_start_ms   BIGINT,
    flow_end_ms     BIGINT,
    user_name       STRING,
    unique_id       STRING
) WITH (
    'connector' = 'kafka',
    'topic' = 'flows.attributed',
    'properties.bootstrap.servers' = '${KAFKA}',
    'key.format' = 'raw',
    'key.fields' = 'sub_key',
    'value.format' = 'json',
    'value.json.encode.ignore-null-fields' = 'true'
);

INSERT INTO flows_attributed
SELECT
    flow.record_id,
    flow.leg,
    flow.direction,
    flow.sub_key,
    flow.sub_addr,
    flow.sub_port,
    flow.peer_addr,
    flow.peer_port,
    flow.proto_num,
    flow.octet_count,
    flow.packet_count,
    flow.octet_count * COALESCE(flow.sampling_rate, 1),
    flow.flow_start_ms,
    flow.flow_end_ms,
    CASE WHEN holder.event <> 'stop' OR flow.flow_start_ms <= holder.event_ms
        THEN holder.user_name END,
    CASE WHEN holder.event <> 'stop' OR flow.flow_start_ms <= holder.event_ms
        THEN holder.unique_id END
FROM flows AS flow
LEFT JOIN holders FOR SYSTEM_TIME AS OF flow.flow_end AS holder
    ON flow.sub_key = holder.sub_key;
