#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the fuzz targets of a build on all cores, and says how far they have come.

    run.py BUILD [TARGET] [SECONDS]

BUILD/corpus/<target> is what a fuzzer has found worth keeping, BUILD/findings what made it stop.
BUILD/fuzz.md is a table of all runs so far.  A finding that is mended goes into
tests/fuzz/failed/<target>, where every test run tries it again.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
SECONDS = 60
LONGEST_INPUT = 20_000  # octets
LIMITS = ["-timeout=10", "-rss_limit_mb=2048", f"-max_len={LONGEST_INPUT}"]
LIMITS += ["-entropic=0"]  # half as many executions again in the same time
EXECUTIONS = re.compile(r"^stat::number_of_executed_units: +(\d+)", re.MULTILINE)
COVERED = re.compile(r"\bcov: (\d+)")


def targets(build):
    programs = sorted((build / "tests" / "fuzz").glob("fuzz_*"))
    return [program.name.removeprefix("fuzz_") for program in programs if program.is_file()]


def start(build, target, seconds, seed):
    corpus, findings = build / "corpus" / target, build / "findings"
    corpus.mkdir(parents=True, exist_ok=True)
    findings.mkdir(exist_ok=True)
    inputs = [corpus, build / "tests" / "seeds" / target, HERE / "failed" / target]
    return subprocess.Popen(
        [
            build / "tests" / "fuzz" / f"fuzz_{target}",
            *(folder for folder in inputs if folder.is_dir()),
            *LIMITS,
            f"-max_total_time={seconds}",
            f"-artifact_prefix={findings}/{target}-",
            "-print_final_stats=1",
            f"-seed={seed}",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def fuzz(build, target, seconds):
    """One process a core; returns executions, edges covered, and what went wrong."""
    cores = os.cpu_count()
    first_seed = int.from_bytes(os.urandom(3), "big") + 1
    processes = [start(build, target, seconds, first_seed + i) for i in range(cores)]
    outputs = [process.communicate()[0] for process in processes]
    wrong = [text for process, text in zip(processes, outputs) if process.returncode != 0]
    executions = sum(int(n) for text in outputs for n in EXECUTIONS.findall(text))
    covered = max((int(n) for text in outputs for n in COVERED.findall(text)), default=0)
    return executions, covered, wrong


class Totals:
    """What all runs of a build have come to."""

    def __init__(self, build):
        self.build = build
        self.path = build / "fuzz.json"
        self.rows = json.loads(self.path.read_text("utf-8")) if self.path.exists() else {}

    def add(self, target, seconds, executions, covered):
        row = self.rows.setdefault(target, {"seconds": 0, "executions": 0, "covered": 0})
        row["seconds"] += seconds * os.cpu_count()
        row["executions"] += executions
        row["covered"] = max(row["covered"], covered)
        self.path.write_text(json.dumps(self.rows, indent=2), "utf-8")

    def count(self, folder, pattern="*"):
        return sum(1 for _ in (self.build / folder).glob(pattern))

    def table(self):
        lines = [
            "| target | core seconds | executions | edges covered | inputs kept | findings |",
            "|-|-|-|-|-|-|",
        ]
        for target, row in sorted(self.rows.items()):
            kept = self.count(f"corpus/{target}")
            findings = self.count("findings", f"{target}-*")
            lines.append(
                f"| {target} | {row['seconds']} | {row['executions']:,} | {row['covered']}"
                f" | {kept} | {findings} |"
            )
        total = sum(row["executions"] for row in self.rows.values())
        return "\n".join([*lines, f"| all | | {total:,} | | | |"]) + "\n"


def chosen(build, words):
    """Targets and seconds that the command line asks for."""
    known = targets(build)
    seconds = next((int(word) for word in words if word.isdigit()), SECONDS)
    named = [word for word in words if not word.isdigit()]
    unknown = [word for word in named if word not in known]
    if unknown or not known:
        sys.exit(f"no target {' '.join(unknown)}; there are: {' '.join(known)}")
    return named or known, seconds


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    names, seconds = chosen(build, sys.argv[2:])
    subprocess.run([sys.executable, HERE / "seeds.py", build / "tests" / "seeds"], check=True)
    totals = Totals(build)
    failed = False
    for target in names:
        executions, covered, wrong = fuzz(build, target, seconds)
        totals.add(target, seconds, executions, covered)
        print(f"{target}: {executions:,} executions, {covered} edges covered", flush=True)
        for text in wrong[:1]:
            print(text[-6000:])
        failed = failed or bool(wrong)
    (build / "fuzz.md").write_text(totals.table(), "utf-8")
    print(totals.table())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
