# SPDX-License-Identifier: Apache-2.0
"""A container engine: docker where one runs, else podman for root, with images of its own.

Podman gets its debian:12-slim from the registry, or where none answers from Debian's archive.
"""

import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
CACHE = pathlib.Path.home() / ".cache" / "weir" / "containers"
BASE = "docker.io/library/debian:12-slim"
ARCHIVE = "http://deb.debian.org/debian"
PATIENCE = 300  # seconds for a command
BUILD_LIMIT = 1500  # seconds: with cold caches on a busy machine
LEFT_OUT = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info",
            "var/lib/apt/lists", "var/cache/apt/archives")


class Unavailable(Exception):
    """There is no engine that could run here; the text says why."""


class Failed(Exception):
    """A command ended badly; the text is what it said."""


def run(command, limit=PATIENCE, **options):
    """What the command printed."""
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=limit, check=False,
        stdin=subprocess.DEVNULL, **options,
    )  # fmt: skip
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}: exit {done.returncode}\n"
                     f"{(done.stdout + done.stderr)[-4000:]}")
    return done.stdout


class Engine:
    """What docker and podman have in common."""

    program = ["docker"]
    build_options = []
    run_options = []

    def __call__(self, *arguments, limit=PATIENCE):
        return run([*self.program, *arguments], limit)

    def build(self, tag, dockerfile, context=ROOT, target=None):
        options = [*self.build_options, "-t", tag, "-f", dockerfile]
        options += ["--target", target] if target else []
        self("build", *options, context, limit=BUILD_LIMIT)

    def inspect(self, what, kind="container"):
        return json.loads(self(kind, "inspect", what))[0]

    def size(self, image):
        return self.inspect(image, "image")["Size"]


class Podman(Engine):
    build_options = ["--pull=never", "--layers", "--isolation=chroot", "--network=host",
                     "--format=docker"]
    run_options = ["--ulimit=nofile=1024:4096", "--ulimit=nproc=4096:4096",
                   "--health-interval=disable"]

    def __init__(self):
        CACHE.mkdir(parents=True, exist_ok=True)
        self.program = ["podman", f"--root={CACHE}/images", f"--runroot={CACHE}/run",
                        "--storage-driver=overlay", "--cgroup-manager=cgroupfs",
                        "--events-backend=file"]
        self.lock = open(CACHE / "lock", "w", encoding="ascii")  # as long as this lives
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        if shutil.which("runc"):  # the other one, crun, does not run on every mix of cgroups
            self.program.append("--runtime=runc")

    def build(self, tag, dockerfile, context=ROOT, target=None):
        super().build(tag, dockerfile, context, target)
        self("image", "prune", "--force")

    def clean(self):
        """Takes away what somebody who was killed has left."""
        left = self("ps", "--all", "--external", "--quiet").split()
        if left:
            self("rm", "--force", "--time=0", *left)

    def provide_base(self):
        try:
            self("image", "exists", BASE)
        except Failed:
            try:
                self("pull", "--quiet", BASE, limit=BUILD_LIMIT)
            except Failed:
                self.make_base()

    def make_base(self):
        if not shutil.which("debootstrap"):
            raise Unavailable("neither a registry nor debootstrap")
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            root = pathlib.Path(folder) / "root"
            try:
                run(["debootstrap", "--variant=minbase", "bookworm", root, ARCHIVE], BUILD_LIMIT)
            except Failed as failed:
                raise Unavailable(f"Debian's archive does not answer: {failed}") from failed
            slim(root)
            (root.parent / "Dockerfile").write_text("FROM scratch\nADD root /\n", encoding="ascii")
            Engine.build(self, BASE, root.parent / "Dockerfile", folder)


def slim(root):
    """Takes out what the image of this name has not."""
    for name in LEFT_OUT:
        for path in (root / name).iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copy(HERE / "debian-slim.cfg", root / "etc/dpkg/dpkg.cfg.d/slim")
    (root / "etc/apt/apt.conf.d/clean").write_text(
        'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb"; };\n', encoding="ascii")


def find_engine():
    """An engine that has the base image."""
    if shutil.which("docker"):
        try:
            run(["docker", "info", "--format", "{{.ServerVersion}}"])
            return Engine()
        except Failed:
            pass  # the client alone
    if not shutil.which("podman"):
        raise Unavailable("neither a docker engine nor podman")
    if os.geteuid() != 0:
        raise Unavailable("podman is run by root only")
    podman = Podman()
    try:
        podman.clean()
        podman.provide_base()
        podman("run", "--rm", *podman.run_options, "--network=none", BASE, "/bin/true")
    except Failed as failed:
        raise Unavailable(f"podman runs nothing here: {failed}") from failed
    return podman
