# SPDX-License-Identifier: Apache-2.0
"""The parts of tests/pipeline_test.py."""


class Unavailable(Exception):
    """A part of the pipeline cannot be had here; the text says why."""
