#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds what the bench measures, as users get it, and runs bench.py over it.
set -eu
cd "$(dirname "$0")/../.."
cmake --preset bench >/dev/null
cmake --build --preset bench --target weir_bench weir >/dev/null
exec /usr/bin/python3 tests/bench/bench.py --program build/bench/tests/bench/weir_bench \
    --weir build/bench/weir "$@"
