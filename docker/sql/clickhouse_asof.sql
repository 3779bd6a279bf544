-- SPDX-License-Identifier: Apache-2.0
-- Each flow with the subscriber who held its address when it ended: the tables of clickhouse.sql.
--
-- A flow belongs to the session of its key that began last before the flow ended, unless that
-- session had stopped before the flow began.  Rows without user_name are flows of nobody.
-- Restrict flows by flow_end, and sessions by stop, to the time that is asked for.

CREATE VIEW flows_attributed AS
SELECT
    flow.record_id AS record_id,
    flow.leg AS leg,
    flow.direction AS direction,
    flow.sub_key AS sub_key,
    flow.sub_addr AS sub_addr,
    flow.sub_port AS sub_port,
    flow.peer_addr AS peer_addr,
    flow.peer_port AS peer_port,
    flow.proto_num AS proto_num,
    flow.octet_count AS octet_count,
    flow.packet_count AS packet_count,
    flow.octet_count * greatest(flow.sampling_rate, 1) AS octet_count_est,
    flow.flow_start AS flow_start,
    flow.flow_end AS flow_end,
    session.unique_id != '' AND flow.flow_start <= session.stop AS held,
    if(held, session.user_name, '') AS user_name,
    if(held, session.unique_id, '') AS unique_id
FROM (SELECT * FROM flows FINAL) AS flow
ASOF LEFT JOIN (SELECT * FROM sessions FINAL) AS session
    ON flow.sub_key = session.sub_key AND flow.flow_end >= session.start;
