# SPDX-License-Identifier: Apache-2.0
"""Classic pcap files of Ethernet frames: written, and read back."""

import struct

FILE_HEADER = struct.Struct("<IHHiIII")
FRAME_HEADER = struct.Struct("<IIII")
MAGIC = 0xA1B2C3D4
ETHERNET = 1
SNAP_LENGTH = 65535


def write(path, frames):
    """Writes (time in microseconds since 1970, octets) pairs."""
    with open(path, "wb") as out:
        out.write(FILE_HEADER.pack(MAGIC, 2, 4, 0, 0, SNAP_LENGTH, ETHERNET))
        for time_us, frame in frames:
            seconds, microseconds = divmod(time_us, 1_000_000)
            out.write(FRAME_HEADER.pack(seconds, microseconds, len(frame), len(frame)))
            out.write(frame)


def size(frames):
    """How many octets write() makes of these frames."""
    return FILE_HEADER.size + sum(FRAME_HEADER.size + len(frame) for _, frame in frames)
