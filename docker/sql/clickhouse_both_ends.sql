-- SPDX-License-Identifier: Apache-2.0
-- Both ends of each flow looked up by their addresses: for flows whose subscriber's side weir was
-- not told (no -subscribers).  One row for each end that is somebody's.  A prefix cannot be found
-- by an address in it, nor one of two equal addresses by their realm: IPv6 subscribers and
-- overlapping pools need weir's sub_key, and clickhouse_asof.sql.

CREATE VIEW flows_of_both_ends AS
SELECT
    flow.record_id AS record_id,
    flow.direction AS direction,
    flow.own_addr AS sub_key,
    flow.other_addr AS peer_addr,
    flow.octet_count AS octet_count,
    flow.packet_count AS packet_count,
    flow.flow_end AS flow_end,
    session.user_name AS user_name,
    session.unique_id AS unique_id
FROM
(
    SELECT
        record_id, octet_count, packet_count, flow_start, flow_end,
        replaceRegexpOne(toString(src_addr), '^::ffff:', '') AS source,
        replaceRegexpOne(toString(dst_addr), '^::ffff:', '') AS destination,
        arrayJoin([('upload', source, destination), ('download', destination, source)]) AS ends,
        ends.1 AS direction,
        ends.2 AS own_addr,
        ends.3 AS other_addr
    FROM flows FINAL
    WHERE leg != 'dst'
) AS flow
ASOF JOIN (SELECT * FROM sessions FINAL) AS session
    ON flow.own_addr = session.sub_key AND flow.flow_end >= session.start
WHERE flow.flow_start <= session.stop;
