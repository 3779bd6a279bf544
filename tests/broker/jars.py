# SPDX-License-Identifier: Apache-2.0
"""Fetches Apache Kafka's jars once, into a cache outside the repository."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
POM = HERE / "pom.xml"
FETCH_LIMIT = 600  # seconds, for some 40 MB
SAID = 300  # characters of what maven says


class Unavailable(Exception):
    """There is no broker to be had here; the text says why."""


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            raise Unavailable(f"{program} is not installed")


def version():
    """The pom's, or another that is asked for by WEIR_KAFKA_VERSION."""
    name = ".//{http://maven.apache.org/POM/4.0.0}kafka.version"
    wanted = os.environ.get("WEIR_KAFKA_VERSION")
    return wanted or xml.etree.ElementTree.parse(POM).find(name).text


def cache():
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(home) / "weir" / f"kafka-{version()}"


def folder():
    """Where the jars are; fetches them if need be.  Two tests may do so at the same time."""
    need("java")
    wanted = cache()
    if wanted.is_dir():
        return wanted
    need("mvn")
    wanted.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=wanted.parent) as scratch:
        fetched = pathlib.Path(scratch) / "jars"
        fetch(fetched)
        put_in_place(fetched, wanted)
    return wanted


def put_in_place(fetched, wanted):
    try:
        fetched.rename(wanted)
    except OSError:
        if not wanted.is_dir():
            raise


def fetch(wanted):
    command = ["mvn", "-B", "-q", "-f", POM]
    given = [f"-Dkafka.version={version()}", f"-DoutputDirectory={wanted}"]
    try:
        done = subprocess.run(
            [*command, *given, "dependency:copy-dependencies"],
            capture_output=True,
            text=True,
            timeout=FETCH_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        raise Unavailable(f"maven did not end within {FETCH_LIMIT} s") from expired
    if done.returncode != 0:
        raise Unavailable(f"maven cannot fetch Kafka: {reason(done.stdout)}")


def reason(said):
    errors = [line.partition("[ERROR] ")[2] for line in said.splitlines() if "[ERROR] " in line]
    return (errors or ["it does not say why"])[0][:SAID]


def class_path():
    return f"{folder()}/*"


def run(source, *arguments, stdin="", time_limit=300):
    """Runs a Java program of one file, with Kafka's classes; returns what it prints."""
    done = subprocess.run(
        ["java", "-cp", class_path(), HERE / source, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=time_limit,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{source}: {done.stdout}{done.stderr}")
    return done.stdout
