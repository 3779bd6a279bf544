# SPDX-License-Identifier: Apache-2.0
"""weir against a real Kafka: the cases of tests/kafka_live_test.py, and what they are made of."""
