"""The rules, the dashboard and the runbook, against each other and against the metrics that the code declares."""
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request

import pytest
import yaml
from conftest import DEPLOY, ROOT, SERVICES

MONITORING = DEPLOY / "monitoring"
CASES = sorted((ROOT / "tests/deploy/rules").glob("*.yaml"))
OF_THE_TARGET = {"namespace", "job", "instance"}
PAGE = DEPLOY / "metrics.md"
PROMTOOL = os.environ.get("PROMTOOL") or shutil.which("promtool")
PATIENCE = 60


@pytest.fixture(scope="module")
def groups():
    return yaml.safe_load((MONITORING / "rules.yaml").read_text())["groups"]


@pytest.fixture(scope="module")
def rules(groups):
    return [rule for group in groups for rule in group["rules"]]


@pytest.fixture(scope="module")
def alerts(rules):
    return [rule["alert"] for rule in rules if "alert" in rule]


@pytest.fixture(scope="module")
def cases():
    """The cases of `promtool test rules`, by the file that has them."""
    return {file.stem: yaml.safe_load(file.read_text())["tests"] for file in CASES}


@pytest.fixture(scope="module")
def dashboard():
    return json.loads((MONITORING / "dashboard.json").read_text())


@pytest.fixture(scope="module")
def declared():
    """Each metric with its kind and its labels; `tests/it/metrics.rs` keeps the page true."""
    found = {}
    for line in PAGE.read_text().splitlines():
        row = re.match(r"\| `(tessera_\w+)` \| (\w+) \| \w+ \| (.*?) \| ", line)
        if row:
            found[row[1]] = (row[2], set(re.findall(r"`(\w+)`:", row[3])))
    assert len(found) > 40
    return found


@pytest.fixture(scope="module")
def closed():
    """The values of each label that has a closed set of them, by metric and label."""
    found = {}
    for line in PAGE.read_text().splitlines():
        row = re.match(r"\| `(tessera_\w+)` \| \w+ \| \w+ \| (.*?) \| ", line)
        for label, values in re.findall(r"`(\w+)`: ([a-z0-9_]+(?:, [a-z0-9_]+)+)(?:;|$)", row[2] if row else ""):
            found.setdefault((row[1], label), set()).update(values.split(", "))
    assert found
    return found


def expressions(rules, dashboard):
    yield from (rule["expr"] for rule in rules)
    for panel in dashboard["panels"]:
        yield from (target["expr"] for target in panel.get("targets", []))


def series(declared):
    """The names under which the metrics are asked for, with their labels."""
    for name, (kind, labels) in declared.items():
        if kind == "histogram":
            yield f"{name}_bucket", labels | {"le"}
            yield f"{name}_sum", labels
            yield f"{name}_count", labels
        else:
            yield name, labels


def test_every_metric_that_is_asked_for_is_declared(rules, dashboard, declared):
    known = dict(series(declared))
    recorded = {rule["record"] for rule in rules if "record" in rule}
    asked = set()
    for text in expressions(rules, dashboard):
        asked |= set(re.findall(r"\btessera_\w+", text))
        for name in re.findall(r"\btessera:[\w:]+", text):
            assert name in recorded, f"{name} is not recorded: {text}"
    assert asked and asked <= known.keys(), asked - known.keys()


def test_every_label_that_is_asked_for_is_declared(rules, dashboard, declared):
    known = dict(series(declared))
    for text in expressions(rules, dashboard):
        for name, matchers in re.findall(r"\b(tessera_\w+)\{((?:[^{}\"]|\"[^\"]*\")*)\}", text):
            labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", matchers))
            assert labels <= known[name] | OF_THE_TARGET, text
        labels = {label.strip() for by in re.findall(r"\bby \(([^)]*)\)", text) for label in by.split(",")}
        used = [known[name] for name in re.findall(r"\btessera_\w+", text)]
        assert labels <= set().union(OF_THE_TARGET, *used), text


def test_every_value_of_a_closed_label_that_is_asked_for_is_one(rules, dashboard, closed):
    seen = 0
    for text in expressions(rules, dashboard):
        for name, matchers in re.findall(r"\b(tessera_\w+?)(?:_bucket|_count|_sum)?\{([^{}]*)\}", text):
            for label, pattern in re.findall(r"(\w+)\s*=~?\s*\"([^\"$]*)\"", matchers):
                if (name, label) in closed:
                    seen += 1
                    assert set(pattern.split("|")) <= closed[name, label], text
    assert seen > 3


def test_every_alert_has_its_paragraph_and_every_paragraph_its_alert(rules, alerts):
    text = (MONITORING / "README.md").read_text().partition("## What each alert means")[2]
    headings = re.findall(r"(?m)^### (\w+)$", text)
    assert sorted(alerts) == sorted(headings)
    assert len(set(alerts)) == len(alerts)
    for heading, paragraph in zip(headings, re.split(r"(?m)^### \w+$", text)[1:]):
        assert len(paragraph.split()) > 20, heading
    for rule in rules:
        if "alert" in rule:
            anchor = f"deploy/monitoring/README.md#{rule['alert'].lower()}"
            assert rule["annotations"]["runbook"] == anchor
            assert rule["annotations"]["summary"]
            assert rule["labels"]["severity"] in ("critical", "warning", "info"), rule["alert"]


def test_the_objectives_are_the_ones_that_are_recorded(rules):
    recorded = {rule["record"] for rule in rules if "record" in rule}
    table = (MONITORING / "README.md").read_text().partition("## Objectives")[2].partition("## ")[0]
    named = re.findall(r"`(tessera:[\w:]+)`", table)
    assert len(named) == 3 and set(named) <= recorded


def test_the_dashboard_can_be_imported(dashboard):
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    taken = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        assert 0 <= place["x"] and place["x"] + place["w"] <= 24, panel["title"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken, f"{panel['title']} covers another panel"
        taken |= cells
        for target in panel.get("targets", []):
            assert target["datasource"]["uid"] == "${datasource}"
    variables = {variable["name"] for variable in dashboard["templating"]["list"]}
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(dashboard))) - {"__rate_interval", "__all"}
    assert used == variables


@pytest.fixture(scope="module")
def promtool():
    assert PROMTOOL, "tests/tools/install.sh installs promtool"

    def run(*arguments, stdin=None):
        return subprocess.run([PROMTOOL, *arguments], input=stdin, capture_output=True, text=True, timeout=PATIENCE)

    return run


def test_promtool_accepts_the_rules(promtool):
    checked = promtool("check", "rules", "--lint=all", "--lint-fatal", str(MONITORING / "rules.yaml"))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_promtool_reads_every_expression_of_the_dashboard(promtool, dashboard, tmp_path):
    rules = []
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            text = target["expr"].replace("$__rate_interval", "5m")
            rules.append({"record": f"panel:{panel['id']}:{target['refId']}", "expr": text})
    file = tmp_path / "dashboard.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    checked = promtool("check", "rules", str(file))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"{len(rules)} rules found" in checked.stdout


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_the_alerts_fire_when_they_should(promtool, file):
    tested = promtool("test", "rules", str(file))
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_fires_in_a_case_and_is_quiet_where_all_is_well(alerts, cases):
    fired = {test["alertname"] for of_file in cases.values() for case in of_file
             for test in case["alert_rule_test"] if test["exp_alerts"]}
    assert fired == set(alerts), "these alerts fire in no case, or are none: " + ", ".join(fired ^ set(alerts))
    for case in cases["quiet"]:
        loud = [test["alertname"] for test in case["alert_rule_test"] if test["exp_alerts"]]
        assert not loud, f"{case['name']}: {loud}"
    quiet = {test["alertname"] for test in cases["quiet"][0]["alert_rule_test"]}
    assert quiet == set(alerts), "these alerts are not in the quiet case, or are none: " + ", ".join(quiet ^ set(alerts))


def test_where_all_is_well_every_metric_that_the_rules_ask_for_has_a_series(rules, cases):
    asked = {name for rule in rules for name in re.findall(r"\b(?:tessera_\w+|up(?=\{))", rule["expr"])}
    shown = {name for name, _ in made_up([cases["quiet"][0]])}
    assert asked <= shown, asked - shown


def test_every_series_of_a_case_has_the_labels_of_its_metric(cases, declared, closed):
    known = {"up": set()}
    for name, labels in series(declared):
        known[name] = labels
    for of_file in cases.values():
        for name, labels in made_up(of_file):
            assert name in known, f"{name} is not declared"
            assert labels.keys() == known[name] | OF_THE_TARGET, (name, labels)
            metric = name if name in declared else re.sub("_(bucket|count|sum)$", "", name)
            for label, value in labels.items():
                assert value in closed.get((metric, label), {value}), (name, labels)


def made_up(cases):
    """The name and the labels of each series of these cases."""
    for case in cases:
        for one in case["input_series"]:
            name, _, labels = one["series"].partition("{")
            yield name, dict(re.findall(r'(\w+)="([^"]*)"', labels))


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(params=SERVICES)
def shown(request, run_service, tmp_path):
    """What a running service shows at /metrics."""
    service, prefix = request.param, request.param.removesuffix("-service").upper()
    keys = str(tmp_path / "keys.json")
    assert run_service("auth-service", "keys", "new", "--file", keys).returncode == 0
    public, management = free_port(), free_port()
    environment = {
        f"{prefix}__STORE__URL": f"sqlite:{tmp_path}/store.db",
        f"{prefix}__KEYS__FILE": keys,
        f"{prefix}__TOKENS__ISSUER": "http://127.0.0.1:1",
        f"{prefix}__HTTP__LISTEN": f"127.0.0.1:{public}",
        f"{prefix}__HTTP__MANAGEMENT_LISTEN": f"127.0.0.1:{management}",
        f"{prefix}__HTTP__DRAIN_PAUSE": "0",
    }
    binary = os.path.join(os.environ["TESSERA_BIN_DIR"], service)
    with open(tmp_path / "log", "w") as log, subprocess.Popen([binary], env=environment, stderr=log) as process:
        try:
            yield until_shown(process, management, tmp_path / "log")
        finally:
            process.terminate()


def until_shown(process, port, log):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())


def test_promtool_accepts_what_a_service_shows(promtool, shown, declared):
    checked = promtool("check", "metrics", stdin=shown)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    names = set(re.findall(r"(?m)^# TYPE (\w+) ", shown))
    assert names and names <= declared.keys(), names - declared.keys()
