# SPDX-License-Identifier: Apache-2.0
"""Packages that are fetched once, into the user's cache: whole, or not at all."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from pipeline import Unavailable

FETCH_LIMIT = 600  # seconds
SAID = 300  # characters of what a client says
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"


def cache():
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(home) / "weir"


@contextlib.contextmanager
def whole(folder):
    """A new folder, which becomes this one at the end.  Two tests may do so at the same time."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        fresh = pathlib.Path(scratch, "new")
        fresh.mkdir()
        yield fresh
        try:
            fresh.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise


def python_package(name):
    """Of PyPI, without what it depends on; returns its folder."""
    folder = cache() / name.replace("==", "-")
    if not folder.is_dir():
        with whole(folder) as fresh:
            install = ["pip", "install", "-q", "--no-deps", "--disable-pip-version-check"]
            run(sys.executable, "-m", *install, "--target", fresh, name)
    return folder


def jar(artifact):
    """Of Maven Central, group:name:version and more; returns its file."""
    folder = cache() / "-".join(artifact.split(":")[1:])
    if not folder.is_dir():
        if shutil.which("mvn") is None:
            raise Unavailable("maven is not installed")
        with whole(folder) as fresh:
            run("mvn", "-B", "-q", COPY, f"-Dartifact={artifact}", f"-DoutputDirectory={fresh}")
    return next(folder.glob("*.jar"))


def run(*command):
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=FETCH_LIMIT, check=False
        )
    except subprocess.TimeoutExpired as expired:
        raise Unavailable(f"{command[-1]} did not come within {FETCH_LIMIT} s") from expired
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip())[-SAID:]
        raise Unavailable(f"{command[-1]} cannot be fetched: {said}")
