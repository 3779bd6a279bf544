# SPDX-License-Identifier: Apache-2.0
"""Apache Flink's SQL client over the files of docker/sql, with a cluster in its own process."""

import pathlib
import shutil
import string
import subprocess

from pipeline import Unavailable, fetched

VERSION = "2.2.1"
PACKAGE = f"apache-flink-libraries=={VERSION}"
JARS = (  # what the package lacks; zstd is how weir compresses, and is not in the connector's jar
    f"org.apache.flink:flink-sql-gateway:{VERSION}",
    "org.apache.flink:flink-sql-connector-kafka:5.0.0-2.2",
    "com.github.luben:zstd-jni:1.5.6-10",
)
HERE = pathlib.Path(__file__).resolve().parent
SQL = HERE.parents[1] / "docker/sql"
RUN_LIMIT = 600  # seconds
SAID = 3000  # characters of its log

SETTINGS = """\
execution.target: local
table.dml-sync: true
"""


def fetch():
    """All of it, if need be, some 300 MB; returns its class path."""
    if shutil.which("java") is None:
        raise Unavailable("java is not installed")
    home = fetched.python_package(PACKAGE) / "pyflink"
    return ":".join(map(str, [home / "lib/*", home / "opt/*", *map(fetched.jar, JARS)]))


def command(folder, *options, settings="parallelism.default: 2\n", heap="1g"):
    """The SQL client; folder: its own, which this fills."""
    folder.mkdir(exist_ok=True)
    (folder / "config.yaml").write_text(SETTINGS + settings, encoding="utf-8")
    return [
        *("setpriv", "--pdeathsig", "KILL", "java", f"-Xmx{heap}", "-XX:+UseSerialGC"),
        f"-Dlog4j2.configurationFile={HERE}/flink-log.properties",
        *("-cp", fetch(), "org.apache.flink.table.client.SqlClient"),
        *("-hist", str(folder / "history"), *map(str, options)),
    ]


def environment(folder):
    return {"FLINK_CONF_DIR": str(folder), "PATH": "/usr/bin:/bin"}


def filled(names, variables):
    """The text of files of docker/sql, as envsubst makes it."""
    texts = [(SQL / name).read_text(encoding="utf-8") for name in names]
    return string.Template("\n".join(texts)).substitute(variables)


def run(scratch, names, variables):
    """Runs the files one after the other; returns when their jobs have ended."""
    script = scratch / "flink.sql"
    script.write_text(filled(names, variables), encoding="utf-8")
    folder = scratch / "flink"
    done = subprocess.run(
        command(folder, "-f", script),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment(folder),
        text=True,
        timeout=RUN_LIMIT,
        check=False,
    )
    if done.returncode != 0 or "[ERROR]" in done.stdout:
        raise RuntimeError(f"Flink: {done.stdout[-SAID:]}")
