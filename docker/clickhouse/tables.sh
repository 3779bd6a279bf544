#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Run once by the image, for an empty database: the tables of docker/sql.
set -eu
sed "s/\${KAFKA}/$KAFKA/" /sql/clickhouse.sql |
    clickhouse-client --password "$CLICKHOUSE_PASSWORD" --multiquery
clickhouse-client --password "$CLICKHOUSE_PASSWORD" --multiquery </sql/clickhouse_asof.sql
