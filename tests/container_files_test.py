#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The files of docker/ name what there is: files, services, options of weir, metrics, tables."""

import argparse
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import cli_test
import metrics_page

from pipeline import clickhouse, fetched

try:
    import yaml
except ImportError:
    yaml = None

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCKER = ROOT / "docker"
COMPOSE = ("compose.yaml", "compose.clickhouse.yaml")
CAPTURES = ("netflow9-softflowd", "ipfix-pmacctd", "netflow5-fprobe", "sflow-pmacctd")
CONDITIONS = ("service_started", "service_healthy", "service_completed_successfully")
METRIC = re.compile(r"\b(?:weir|goflow2|process|promhttp)_\w+")
SCRAPED = ("up", "time")  # what Prometheus itself has
ADDED_LABELS = {"instance", "job"}  # by the scrape
GRAFANA = {  # what Grafana puts for its variables
    "$__rate_interval": "5m", "$__range": "1h", "$__interval_s": "60",
    '=~"$instance"': '=~".*"', '=~"$router"': '=~".*"',
}  # fmt: skip
MACROS = {
    r"\$__timeFilter\((\w+)\)": r"\1 >= toDateTime(1) AND \1 <= toDateTime(2)",
    r"\$__timeInterval\((\w+)\)": r"toStartOfInterval(toDateTime(\1), INTERVAL 60 second)",
}
MADE = {"weir_kafka_failed_total", "goflow2_flow_process_sf_samples_total",
        "goflow2_flow_process_nf_templates_total"}  # by what is sent here, sooner or later
WEIR = ""


def load(name):
    return yaml.safe_load((DOCKER / name).read_text(encoding="utf-8"))


def merged():
    """Both compose files, as docker compose merges them."""
    whole = load(COMPOSE[0])
    for name, service in load(COMPOSE[1])["services"].items():
        whole["services"].setdefault(name, {}).update(service)
    whole["volumes"].update(load(COMPOSE[1])["volumes"])
    return whole


def dashboards():
    for path in sorted((DOCKER / "grafana/dashboards").glob("*.json")):
        yield path.stem, json.loads(path.read_text(encoding="utf-8"))


def targets(key):
    """What the panels ask for, each with its panel's name."""
    for name, dashboard in dashboards():
        for panel in dashboard["panels"]:
            for target in panel.get("targets", []):
                if key in target:
                    yield f"{name}: {panel['title']}", target[key]


def without_variables(text):
    for variable, value in GRAFANA.items():
        text = text.replace(variable, value)
    return text


def expressions():
    """All PromQL, each with where it stands."""
    for place, text in targets("expr"):
        yield place, without_variables(text)
    rules = load("prometheus/alerts.yml")["groups"][0]["rules"]
    yield from (("alerts.yml: " + rule["alert"], rule["expr"]) for rule in rules)


@unittest.skipIf(yaml is None, "no python3-yaml")
class Compose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.whole = merged()
        cls.services = cls.whole["services"]

    def test_first_file_stands_alone(self):
        services = load(COMPOSE[0])["services"]
        for name, service in services.items():
            self.assertLessEqual(set(service.get("depends_on", [])), set(services), name)

    def test_dependencies(self):
        for name, service in self.services.items():
            wanted = service.get("depends_on", {})
            self.assertLessEqual(set(wanted), set(self.services), name)
            for other, how in wanted.items() if isinstance(wanted, dict) else ():
                self.assertIn(how["condition"], CONDITIONS)
                if how["condition"] == "service_healthy":
                    self.assertIn("healthcheck", self.services[other], other)

    def test_files(self):
        for name, service in self.services.items():
            build = service.get("build")
            if isinstance(build, str):
                self.assertTrue((DOCKER / build / "Dockerfile").is_file(), build)
            elif build:
                self.assertTrue((DOCKER / build["context"] / build["dockerfile"]).is_file(), name)
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                if source.startswith("."):
                    self.assertTrue((DOCKER / source).exists(), source)
                else:
                    self.assertIn(source, self.whole["volumes"])

    def test_networks(self):
        for name, service in self.services.items():
            used = set(service.get("networks", [])) - {"default"}
            self.assertLessEqual(used, set(self.whole["networks"]), name)

    def test_foreign_images_have_versions(self):
        for name, service in self.services.items():
            image = service.get("image", "weir")
            if image != "weir":
                self.assertRegex(image, r":v?\d", name)

    def command(self, service, scratch):
        """Its words, with files and folders of this machine in place of the container's."""
        places = {"/var/lib/weir": scratch}
        for volume in service.get("volumes", []):
            source, place = volume.split(":")[:2]
            if source.startswith("."):
                places[place] = str(DOCKER / source)
        words = service["command"]
        for place, here in places.items():
            words = [word.replace(place, here) for word in words]
        return words

    def test_weirs_options(self):
        for name, service in self.services.items():
            if service.get("image") != "weir":
                continue
            with self.subTest(name), tempfile.TemporaryDirectory() as scratch:
                words = self.command(service, scratch)
                whole = [*words, "-h"] if words[0] == "kafka" else ["check", *words]
                done = subprocess.run([WEIR, *whole], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_joined_topics_have_as_many_partitions(self):
        partitions = [
            word
            for service in self.services.values()
            for word in service.get("command", [])
            if word.startswith("-partitions")
        ]
        self.assertEqual(len(partitions), 2)
        self.assertEqual(len(set(partitions)), 1)


class Scripts(unittest.TestCase):
    def test_are_shell(self):
        scripts = [path for path in DOCKER.rglob("*") if path.is_file() and os.access(path, os.X_OK)]
        self.assertTrue(scripts)
        for path in scripts:
            subprocess.run(["sh", "-n", path], check=True)
            if shutil.which("shellcheck"):
                subprocess.run(["shellcheck", path], check=True)


@unittest.skipIf(yaml is None, "no python3-yaml")
class Readme(unittest.TestCase):
    """Commands of docker/README.md, as far as they can be read without a container engine."""

    def commands(self):
        text = (DOCKER / "README.md").read_text(encoding="utf-8")
        for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                if line.startswith("docker compose"):
                    yield shlex.split(line, comments=True)

    def test_files_and_services(self):
        services = merged()["services"]
        found = list(self.commands())
        self.assertGreaterEqual(len(found), 5)
        for words in found:
            for option, value in zip(words, words[1:]):
                if option == "-f":
                    self.assertTrue((ROOT / value).is_file(), value)
            if "exec" in words:
                service = words[words.index("exec") + 1]
                self.assertIn(service, services, words)

    def test_files_in_containers(self):
        for words in self.commands():
            for path in (word for word in words if word.startswith("/sql/")):
                self.assertTrue((DOCKER / path.lstrip("/")).is_file(), path)


class Metrics(unittest.TestCase):
    """Each metric and label that a panel or an alert names is one that weir has."""

    @classmethod
    def setUpClass(cls):
        options = ["-transport=kafka", "-transport.kafka.brokers=127.0.0.1:1",
                   "-transport.kafka.property=message.timeout.ms=500"]
        uris = "netflow://127.0.0.1:{port},sflow://127.0.0.1:{port}"
        with metrics_page.Collector(uris, *options) as collector:
            for name in CAPTURES:
                port = collector.ports[name.startswith("sflow")]
                cli_test.weir("replay", "-loglevel=error", "-speed=0", f"-to=127.0.0.1:{port}",
                              ROOT / "tests/captures" / f"{name}.pcap")
            cls.page = cls.wait(collector)

    @staticmethod
    def wait(collector):
        end = time.monotonic() + cli_test.PATIENCE
        while time.monotonic() < end:
            page = metrics_page.Page(collector.get("/metrics")[2])
            if not MADE - {name for name, metric in page.metrics.items() if metric.samples}:
                return page
            time.sleep(1.1)  # a page is at most a second old
        raise AssertionError("what was sent does not show in the metrics")

    def family(self, metric):
        for suffix in ("", *metrics_page.SUFFIXES):
            if metric.removesuffix(suffix) in self.page.metrics:
                return self.page.metrics[metric.removesuffix(suffix)]
        return None

    def test_names(self):
        unknown = [
            (place, metric)
            for place, text in expressions()
            for metric in METRIC.findall(text)
            if self.family(metric) is None
        ]
        self.assertEqual(unknown, [])
        self.assertGreater(len(list(expressions())), 50)

    def test_labels(self):
        """Where the metric has series here."""
        for place, text in expressions():
            labels = set(re.findall(r"\w+", " ".join(re.findall(r"by \(([^)]*)\)", text))))
            labels |= set(re.findall(r"(\w+)=[~\"]", text))
            there = {
                label
                for metric in METRIC.findall(text)
                for _, written in self.family(metric).samples
                for label, _ in metrics_page.LABEL.findall(written)
            }
            if there:
                self.assertLessEqual(labels - ADDED_LABELS, there | {"quantile"}, place)

    def test_nothing_else_is_asked_for(self):
        for place, text in expressions():
            bare = METRIC.findall(text) or [name for name in SCRAPED if name in text]
            self.assertTrue(bare, place)

    @unittest.skipUnless(shutil.which("promtool"), "no promtool")
    def test_syntax(self):
        rules = [{"record": f"rule:{i}", "expr": text} for i, (_, text) in enumerate(expressions())]
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"groups": [{"name": "panels", "rules": rules}]}, file)
            file.flush()
            done = subprocess.run(["promtool", "check", "rules", file.name],
                                  capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    @unittest.skipUnless(shutil.which("promtool"), "no promtool")
    def test_prometheus_configuration(self):
        done = subprocess.run(["promtool", "check", "config", DOCKER / "prometheus/prometheus.yml"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


class Dashboards(unittest.TestCase):
    def test_panels(self):
        uids = set()
        for name, dashboard in dashboards():
            uids.add(dashboard["uid"])
            numbers = [panel["id"] for panel in dashboard["panels"]]
            self.assertEqual(len(numbers), len(set(numbers)), name)
            for panel in dashboard["panels"]:
                place = panel["gridPos"]
                self.assertLessEqual(place["x"] + place["w"], 24, f"{name}: {panel['title']}")
        self.assertEqual(len(uids), len(list(dashboards())))

    @unittest.skipIf(yaml is None, "no python3-yaml")
    def test_sources(self):
        provisioned = {source["uid"] for source in load("grafana/datasources.yaml")["datasources"]}
        for name, dashboard in dashboards():
            for panel in dashboard["panels"]:
                if "datasource" in panel:
                    self.assertIn(panel["datasource"]["uid"], provisioned, name)

    def test_queries_of_clickhouse(self):
        """Against the tables of docker/sql, which are empty."""
        queries = dict(targets("rawSql"))
        self.assertTrue(queries)
        for place, text in queries.items():
            for macro, meaning in MACROS.items():
                text = re.sub(macro, meaning, text)
            queries[place] = without_variables(text)
            self.assertNotIn("$", queries[place])
        try:
            with tempfile.TemporaryDirectory() as scratch:
                rows = clickhouse.run(pathlib.Path(scratch), {"KAFKA": "127.0.0.1:1"}, {}, queries)
        except fetched.Unavailable as reason:
            self.skipTest(str(reason))
        self.assertEqual(set(rows), set(queries))


def main():
    global WEIR
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True, help="the program under test")
    arguments, rest = parser.parse_known_args()
    WEIR = cli_test.WEIR = os.path.abspath(arguments.weir)
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
