#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Configuration files: what is right is taken, what is broken is refused with its place.

tests/config/weir.yaml is the example.  Broken files are made of it by seeded mutations; each must
end `weir check` with 1 and a line that begins with file:line:column.
"""

import argparse
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
EXAMPLE = (HERE / "config" / "weir.yaml").read_text(encoding="utf-8")
MUTANTS, SEED = 260, 7011
PATIENCE = 60  # s


# What a line may become; None where the line does not lend itself to it.
def misspell(line, dice):
    key = re.match(r"(\s*)([a-z.]{3,})(:.*)", line, re.S)
    if not key:
        return None
    at = dice.randrange(len(key[2]) - 1)
    name = key[2][:at] + dice.choice("qxzj") + key[2][at:]
    return key[1] + name + key[3]


def say_twice(line, dice):
    return line + line if re.match(r"[a-z.]+: \S", line) else None


def no_value(line, dice):
    found = re.match(r"(\s*(?:err.cnt|max|sets|exporter.max|int|ttl|time|stats): )", line)
    return found[1] + dice.choice(["many", "-1", "1x", "[1]", "0x", "1.5.5s", "{a: b}", "yes"]) + "\n" if found else None


def no_word(line, dice):
    found = re.match(r"(\s*(?:format|fields|transport|loglevel|scope|listen): )", line)
    return found[1] + dice.choice(["bogus", "'j son'", "nothing,at,all", "foo://:1"]) + "\n" if found else None


def tab(line, dice):
    return "\t" + line if re.match(r"\s+\S", line) else None


def unclosed(line, dice):
    if line.startswith("logfmt"):
        return None  # as goflow2, weir takes any text for it
    return line.rstrip("\n") + dice.choice([" [", ' "', " {", " &a *b", " !!"]) + "\n" if ": " in line else None


def control(line, dice):
    return line.rstrip("\n") + dice.choice(["\0", "\x01", "\x7f\x02"]) + "\n"


def list_of_lists(line, dice):
    found = re.match(r"(\s*(?:listen|tunnels|fields):)", line)
    return found[1] + " [[a], {b: c}]\n" if found else None


def alias(line, dice):
    found = re.match(r"([a-z.]+: )(\S.*)", line)
    return found[1] + "&x " + found[2] + "\nfields: *x\n" if found else None


def command_line_only(line, dice):
    return dice.choice(["config: other.yaml\n", "check: true\n", "v: true\n", "demo: here\n"]) + line


def second_document(line, dice):
    return line + "---\nlisten: flow://:9\n" if re.match(r"[a-z]", line) else None


MUTATIONS = (
    misspell,
    say_twice,
    no_value,
    no_word,
    tab,
    unclosed,
    control,
    list_of_lists,
    alias,
    command_line_only,
    second_document,
)


def mutants():
    dice = random.Random(SEED)
    lines = EXAMPLE.splitlines(keepends=True)
    made = set()
    while len(made) < MUTANTS:
        at = dice.randrange(len(lines))
        line = dice.choice(MUTATIONS)(lines[at], dice)
        text = "".join(lines[:at] + [line or ""] + lines[at + 1 :])
        if line is not None and text not in made:
            made.add(text)
            yield text


def check(weir, path, *options):
    done = subprocess.run(
        [weir, "check", "-config", path, *options], capture_output=True, timeout=PATIENCE, check=False
    )
    return done.returncode, done.stderr.decode(errors="replace")


def faults_of_the_example(weir, folder):
    path = os.path.join(folder, "weir.yaml")
    pathlib.Path(path).write_text(EXAMPLE, encoding="utf-8")
    for options in ([], ["-fields", "all"], ["-templates.max=1"]):
        status, errors = check(weir, path, *options)
        if status != 0:
            yield f"the example is refused: {errors}"
    status, errors = check(weir, path, "-fields", "bogus")
    if status != 1 or path in errors:
        yield f"the command line's fault is not its own: exit {status}, {errors}"


# What a start would not come about with, and what is said of it.
REFUSED = (
    ("-addr", "foo", "give host:port"),
    ("-addr", ":99999", "give a port"),
    ("-addr", "unix:", "the path of a unix socket"),
    ("-templates.path", "foo", "begins with a slash"),
    ("-templates.path", "/metrics", "another page"),
    ("-demo", "{folder}/absent", "No such file"),
    ("-demo", "{file}", "Not a directory"),
    ("-quarantine", "{folder}/absent/x", "No such file"),
    ("-transport.file", "{folder}/absent/x", "No such file"),
    ("-transport.file", "{folder}", "Is a directory"),
    ("-transport.file", "{file}/x", "Not a directory"),
    ("-transport.file.counters", "{folder}/absent/x", "No such file"),
    ("-templates.json.path", "{folder}/absent/x", "No such file"),
)
TAKEN = (
    ("-addr", "", "-templates.path", ""),
    ("-addr", "unix:{folder}/http", "-templates.path", "/known"),
    ("-demo", "{folder}", "-quarantine", "{folder}/x", "-templates.json.path", "{file}"),
    ("-transport.file", "/dev/null", "-transport.file.counters", "{file}"),
    ("-transport", "stdout", "-transport.file", "{folder}/absent/x"),
    ("-transport", "kafka", "-transport.kafka.spool.path", "{folder}/spool"),
)


def faults_of_places(weir, folder):
    """Files and folders are looked at, and nothing is made."""
    path = os.path.join(folder, "weir.yaml")
    before = os.listdir(folder)
    for *words, said in (*REFUSED, *((*words, None) for words in TAKEN)):
        words = [word.format(folder=folder, file=path) for word in words]
        status, errors = check(weir, path, *words)
        wanted = "the configuration is right" if said is None else f'{words[0]} "{words[1]}": '
        if status != (said is not None) or wanted not in errors or (said or "") not in errors:
            yield f"{words}: exit {status}, {errors}"
    line = len(EXAMPLE.splitlines()) + 1
    for name, said in (
        ("quarantine", f'-quarantine "{folder}/absent/x": No such file'),
        ("mapping", f"{folder}/absent/x: No such file"),
        ("subscribers", f"{folder}/absent/x: No such file"),
    ):
        text = f"{EXAMPLE}{name}: {folder}/absent/x\n"
        pathlib.Path(path).write_text(text, encoding="utf-8")
        status, errors = check(weir, path)
        if status != 1 or f"weir: {path}:{line}:{len(name) + 3}: {said}" not in errors:
            yield f"{name} that is missing, named by the file: exit {status}, {errors}"
    if os.listdir(folder) != before:
        yield f"made: {os.listdir(folder)}"


def faults_of_mutants(weir, folder, texts):
    path = os.path.join(folder, "broken.yaml")
    place = re.compile(r"weir: " + re.escape(path) + r":\d+:\d+: .")
    for text in texts:
        pathlib.Path(path).write_bytes(text.encode())
        status, errors = check(weir, path)
        if status != 1 or not place.match(errors) or errors.count("\n") != 1:
            yield f"exit {status}, {errors!r} for\n{text}"


def faults_of_the_environment(weir):
    for variable, value, wanted in (
        ("WEIR_LISTEN", "flow://:9999", 0),
        ("WEIR_TEMPLATES_MAX", "12", 0),
        ("WEIR_TRANSPORT_FILE_SEP", "x", 0),
        ("WEIR_TEMPLATES_MAX", "twelve", 1),
        ("WEIR_STATS", "maybe", 1),
        ("WEIR_FORMAT", "bogus", 1),
        ("WEIR_LISTN", "flow://:9999", "WEIR_LISTEN"),
        ("WEIR_TRANSPORT_FILE_SEPARATOR", "x", "WEIR_TRANSPORT_KAFKA_SEPARATOR"),
        ("WEIR_NOTHING_LIKE_IT", "x", "no option has this variable\n"),
        ("WEIR_listen", "x", "no option has this variable"),
        # What Kubernetes sets for services whose names begin so.
        ("WEIR_PORT", "tcp://10.0.0.1:80", 0),
        ("WEIR_PORT_80_TCP_PROTO", "tcp", 0),
        ("WEIR_SERVICE_HOST", "10.0.0.1", 0),
        ("WEIR_SERVICE_PORT", "80", 0),
        ("WEIR_HTTP_SERVICE_PORT_METRICS", "80", 0),
        ("WEIRD", "x", 0),
    ):
        done = subprocess.run(
            [weir, "check"], env={**os.environ, variable: value}, capture_output=True, check=False
        )
        errors = done.stderr.decode()
        code, said = (wanted, "") if isinstance(wanted, int) else (1, wanted)
        if done.returncode != code or said not in errors:
            yield f"{variable}={value}: exit {done.returncode}, {errors}"


def faults_of_a_start(weir):
    """What check refuses there, is a warning of the collector."""
    done = subprocess.run(
        [weir, "-listen=netflow://:1", "-addr=", "-transport.file=/absent/x"],
        env={**os.environ, "WEIR_LISTN": "x"}, capture_output=True, check=False,
    )  # fmt: skip
    if b"variable=WEIR_LISTN nearest=WEIR_LISTEN" not in done.stderr:
        yield f"a start with WEIR_LISTN: {done.stderr.decode()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weir", required=True, help="the program under test")
    weir = parser.parse_args().weir
    texts = list(mutants())
    with tempfile.TemporaryDirectory() as folder:
        faults = [
            *faults_of_the_example(weir, folder),
            *faults_of_places(weir, folder),
            *faults_of_mutants(weir, folder, texts),
            *faults_of_the_environment(weir),
            *faults_of_a_start(weir),
        ]
    print("\n".join(faults))
    print(f"{len(texts)} broken files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
