# SPDX-License-Identifier: Apache-2.0
"""The collectors that the bench starts, by command; {port} and {folder} are filled in."""

import pathlib
import shutil

WEIR = (
    "{weir} collect -loglevel error -addr unix:{{folder}}/http -listen flow://127.0.0.1:{{port}}"
    " -format {format} -transport.file {output} {options}"
)
SINK = "{program} sink {{port}}"
NFCAPD = "nfcapd -b 127.0.0.1 -p {port} -B 33554432 -w {folder}"
PMACCT = "{program} -f {{folder}}/{program}.conf"

# What both have in their records; pmacct counts equal ones together, so the times are among them.
PMACCT_CONFIGURATION = """\
{program}_ip: 127.0.0.1
{program}_port: PORT
{program}_pipe_size: 33554432
plugins: print
print_output: json
print_refresh_time: 60
print_history: 1m
plugin_buffer_size: 1024000
plugin_pipe_size: 102400000
aggregate: peer_src_ip, src_host, dst_host, src_port, dst_port, proto, tos, tcpflags, in_iface, \
out_iface, src_as, dst_as, src_mask, dst_mask, src_net, dst_net, timestamp_start, timestamp_end
"""


def weir(program, form="json", output="/dev/null", options=""):
    """An output that is empty is standard output."""
    return WEIR.format(weir=program, format=form, output=output or "''", options=options)


def sink(program, work=""):
    return f"{SINK.format(program=program)} {work}"


def pmacct(program):
    """A shell fills in the port, which is known only when it starts."""
    text = PMACCT_CONFIGURATION.format(program=program).replace("PORT", "{port}")
    command = PMACCT.format(program=program).format(folder="{folder}")
    quoted = text.replace("'", "'\\''")
    return f"sh -c \"echo '{quoted}' >{{folder}}/{program}.conf && exec {command}\""


def installed(kind):
    """Those of Debian that read this kind of traffic, by name."""
    wanted = {"nfcapd": NFCAPD, "nfacctd": pmacct("nfacctd")}
    if kind == "sflow":
        wanted = {"sfacctd": pmacct("sfacctd")}
    return {name: command for name, command in wanted.items() if shutil.which(name)}


def named(words):
    """NAME=COMMAND, as on the bench's command line."""
    pairs = (word.partition("=") for word in words)
    return {name or pathlib.Path(command).name: command for name, _, command in pairs}
