#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What cmake --install and ./dev package put on a system, read by those that it is for."""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parent.parent
WEIR = BUILD = None

INSTALLED = (
    "usr/bin/weir",
    "usr/share/man/man1/weir.1",
    "usr/share/bash-completion/completions/weir",
    "usr/share/fish/vendor_completions.d/weir.fish",
    "usr/share/doc/weir/README.md",
    "usr/share/doc/weir/docs/configuration.md",
    "usr/share/doc/weir/copyright",
    "usr/lib/systemd/system/weir.service",
    "usr/lib/systemd/system/weir.socket",
    "etc/weir/weir.yaml",
    "etc/logrotate.d/weir",
)
CONFIGURATION = ("/etc/weir/weir.yaml", "/etc/logrotate.d/weir")
SCRIPTS = ("postinst", "prerm", "postrm")

# A command line of which the last word is completed, and some of what bash must offer.
COMPLETIONS = (
    (["weir", ""], {"collect", "replay", "health", "check", "schema", "kafka"}),
    (["weir", "rep"], {"replay"}),
    (["weir", "-transport.kafka.tls"], {"-transport.kafka.tls", "-transport.kafka.tls.ca"}),
    (["weir", "-listen", "flow://:1", "-tem"], {"-templates.max", "-templates.json.path"}),
    (["weir", "collect", "-conf"], {"-config"}),
    (["weir", "replay", "-sp"], {"-speed"}),
    (["weir", "check", "-ad"], {"-addr"}),
    (["weir", "kafka", "create-topics", "-part"], {"-partitions"}),
    (["weir", "health", "-"], {"-addr", "-page", "-timeout"}),
    (["weir", "-config", "some"], set()),
)

TRY_COMPLETION = """
set -u
source "$1"
shift
complete -p weir >/dev/null
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_weir
printf '%s\\n' ${COMPREPLY[@]+"${COMPREPLY[@]}"}
"""


def run(*command, **options):
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=True, **options
    ).stdout


def install(folder):
    """cmake --install for a system that lies below the folder."""
    command = ["cmake", "--install", BUILD, "--prefix", "/usr"]
    return run(*command, env={**os.environ, "DESTDIR": str(folder)})


def options_of(*words):
    """All that -h names."""
    done = subprocess.run([WEIR, *words, "-h"], capture_output=True, text=True, check=True)
    return set(re.findall(r"^  (-\S+)", done.stderr, re.MULTILINE))


class Tree(unittest.TestCase):
    """What lies where after cmake --install."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="weir-install-")
        cls.addClassCleanup(folder.cleanup)
        cls.root = pathlib.Path(folder.name)
        install(cls.root)

    def text(self, path):
        return (self.root / path).read_text(encoding="utf-8")

    def test_files(self):
        for path in INSTALLED:
            self.assertTrue((self.root / path).is_file(), path)
        self.assertTrue(list(self.root.glob("usr/share/zsh/*/_weir")))

    def test_changed_configuration_stays(self):
        changed = self.root / "etc/weir/weir.yaml"
        before = changed.read_bytes()
        try:
            changed.write_bytes(b"listen: flow://:1\n")
            self.assertIn("Kept as it is", install(self.root))
            self.assertEqual(changed.read_bytes(), b"listen: flow://:1\n")
        finally:
            changed.write_bytes(before)

    def test_shipped_configuration_is_right(self):
        """As it is, and with each example in it switched on; systemd makes its folders."""
        text = self.text("etc/weir/weir.yaml")
        for folder in ("var/lib/weir", "var/log/weir"):
            (self.root / folder).mkdir(parents=True)
            text = text.replace(f" /{folder}/", f" {self.root / folder}/")
        kafka = re.sub(r"^transport(\.file)?: .*$", "", text, flags=re.MULTILINE)
        examples = re.sub(r"^#(?=[a-z.]+:)", "", kafka, flags=re.MULTILINE)
        self.assertIn("\ntransport: kafka\n", examples)
        for shipped in (text, examples):
            with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                file.write(shipped)
                file.flush()
                run(WEIR, "check", "-config", file.name)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd-analyze")
    def test_units_hold_no_mistake(self):
        """Of what is said here, only that weir is not installed is no fault of the units."""
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no"]
            + [self.root / "usr/lib/systemd/system" / name for name in ("weir.service", "weir.socket")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = [line for line in done.stderr.splitlines() if line.startswith("weir")
                or str(self.root) in line]
        faults = [line for line in said if "Command weir is not executable" not in line]
        self.assertEqual(faults, [])


class ManualPage(unittest.TestCase):
    def setUp(self):
        self.page = run(WEIR, "man")

    @unittest.skipUnless(shutil.which("groff"), "no groff")
    def test_is_right_roff(self):
        done = subprocess.run(["groff", "-man", "-ww", "-z"], input=self.page, text=True,
                              capture_output=True, check=True)
        self.assertEqual(done.stderr, "")

    def test_explains_every_option(self):
        plain = self.page.replace("\\-", "-")
        explained = set(re.findall(r"^\.BI (-[\w.-]+)", plain, re.MULTILINE))
        for words in ([], ["replay"], ["schema"], ["kafka", "create-topics"], ["health"]):
            self.assertLessEqual(options_of(*words), explained, words)

    def test_names_every_subcommand(self):
        done = subprocess.run([WEIR, "-h"], capture_output=True, text=True, check=True)
        listed = done.stderr.split("\n\n")[0].splitlines()[1:]
        for name in (line.split()[0] for line in listed):
            self.assertRegex(self.page, rf"(?m)^\.SS weir \[?{name}", name)


class Completion(unittest.TestCase):
    def script(self, shell):
        file = tempfile.NamedTemporaryFile("w", suffix=f".{shell}")
        self.addCleanup(file.close)
        file.write(run(WEIR, "completion", shell))
        file.flush()
        return file.name

    def test_bash(self):
        script = self.script("bash")
        for words, expected in COMPLETIONS:
            with self.subTest(words=words):
                offered = set(run("bash", "-c", TRY_COMPLETION, "bash", script, *words).split())
                self.assertLessEqual(expected, offered)
                self.assertTrue(all(word.startswith(words[-1]) for word in offered), offered)

    def test_bash_has_every_option(self):
        offered = set(run("bash", "-c", TRY_COMPLETION, "bash", self.script("bash"), "weir", "-").split())
        self.assertEqual(offered, options_of())

    def test_others_can_read_theirs(self):
        for shell in ("zsh", "fish"):
            script = self.script(shell)
            if shutil.which(shell):
                run(shell, "-n", script)
            for option in options_of("replay"):
                self.assertIn(option.lstrip("-"), pathlib.Path(script).read_text(encoding="utf-8"))

    def test_unknown_shell(self):
        done = subprocess.run([WEIR, "completion", "tcsh"], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (2, ""))


@unittest.skipUnless(shutil.which("dpkg-shlibdeps"), "no dpkg-dev")
class DebianPackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="weir-package-")
        cls.addClassCleanup(folder.cleanup)
        run("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", folder.name)
        cls.package = next(pathlib.Path(folder.name).glob("weir_*.deb"))
        cls.control = pathlib.Path(folder.name) / "control"
        run("dpkg-deb", "--control", cls.package, cls.control)

    def field(self, name):
        return run("dpkg-deb", "--field", self.package, name)

    def test_depends_on_its_libraries(self):
        for library in ("libc6", "libuv1", "libjson-c5", "librdkafka1", "libmicrohttpd12"):
            self.assertIn(library, self.field("Depends"))

    def test_contents(self):
        listed = set(re.findall(r" \./(\S*[^/])$", run("dpkg-deb", "--contents", self.package), re.M))
        self.assertLessEqual(set(INSTALLED), listed)

    def test_configuration_is_the_administrators(self):
        self.assertEqual((self.control / "conffiles").read_text().split(), list(CONFIGURATION))

    def test_scripts(self):
        for name in SCRIPTS:
            script = self.control / name
            self.assertTrue(os.access(script, os.X_OK), name)
            run("sh", "-n", script)


def main():
    global WEIR, BUILD
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True, type=pathlib.Path, help="the program under test")
    arguments, rest = parser.parse_known_args()
    WEIR = arguments.weir.resolve()
    BUILD = WEIR.parent
    unittest.main(argv=[sys.argv[0], *rest])


main()
