"""What each component adds, and that it can work: ports, settings, keys of Secrets."""
import json
import re
from urllib.parse import urlsplit

import pytest
import yaml
from conftest import DEPLOY, SERVICES
from rendering import COMBINATIONS, rendering

AUTH, RESOURCE = SERVICES
# The example adds to production what needs more than Kubernetes itself.
OVERLAYS_WITH = {"cut-off": ["production", "example"], "eddsa": ["production", "example"], "monitoring": ["example"],
                 "hash-queue": ["example"]}


def having(component):
    return [name for name in COMBINATIONS if component in name.split("+")] + OVERLAYS_WITH[component]


def reached(manifests, url):
    """Checks that an address means the port http of auth-service."""
    url = urlsplit(url)
    [port] = manifests.one("Service", url.hostname)["spec"]["ports"]
    assert (url.scheme, url.hostname, url.port or 80) == ("http", AUTH, port["port"])


@pytest.mark.parametrize("name", having("cut-off"))
def test_cut_off_gives_resource_service_a_client_and_the_address_of_auth_service(name):
    manifests = rendering(name)
    settings = manifests.settings(RESOURCE)
    reached(manifests, settings["RESOURCE__AUTH__URL"])
    [client] = manifests.container(RESOURCE)["env"]
    assert client["name"] == "RESOURCE__AUTH__CLIENT_ID"
    # The names that `create-client` prints, so that its output makes the Secret.
    source = client["valueFrom"]["secretKeyRef"]
    assert source == {"name": "resource-service-client", "key": "client_id"}
    assert settings["RESOURCE__AUTH__CLIENT_SECRET_FILE"].endswith("/client_secret")


def test_what_create_client_prints_is_the_secret_that_cut_off_reads(run_service, tmp_path):
    made = run_service(AUTH, "keys", "new", "--file", str(tmp_path / "keys.json"))
    assert made.returncode == 0, made.stderr
    environment = {"AUTH__KEYS__FILE": str(tmp_path / "keys.json"), "AUTH__STORE__URL": f"sqlite:{tmp_path}/auth.db"}
    command = ["create-client", "--name", RESOURCE, "--scope", "revocations:read revocations:write users:read"]
    answer = run_service(AUTH, *command, environment=environment)
    assert answer.returncode == 0, answer.stderr
    assert [line.partition("=")[0] for line in answer.stdout.splitlines()] == ["client_id", "client_secret"]
    guide = " ".join((DEPLOY / "kubernetes/README.md").read_text().replace("\\\n", " ").split())
    assert f"create-client --name {RESOURCE} --scope '{command[-1]}'" in guide


@pytest.mark.parametrize("name", having("eddsa"))
def test_with_eddsa_nothing_in_the_pods_of_resource_service_can_make_a_token(name):
    manifests = rendering(name)
    settings = manifests.settings(RESOURCE)
    reached(manifests, settings["RESOURCE__KEYS__JWKS_URL"])
    assert settings["RESOURCE__KEYS__JWKS_URL"].endswith("/.well-known/jwks.json")
    assert "RESOURCE__KEYS__FILE" not in settings
    pod = manifests.pods()[RESOURCE]["spec"]
    assert "key-ring" not in [volume["secret"]["secretName"] for volume in pod["volumes"]]
    assert "key-ring" in [volume["secret"]["secretName"] for volume in manifests.pods()[AUTH]["spec"]["volumes"]]


@pytest.mark.parametrize("name", having("monitoring"))
def test_monitoring_scrapes_the_port_management_of_both_services(name):
    manifests = rendering(name)
    [monitor] = manifests.of("PodMonitor")
    [rule] = monitor["spec"]["selector"]["matchExpressions"]
    assert rule["operator"] == "In" and set(rule["values"]) == set(SERVICES)
    for service in SERVICES:
        labels = manifests.pods()[service]["metadata"]["labels"]
        assert labels[rule["key"]] == labels[monitor["spec"]["jobLabel"]] == service
    [endpoint] = monitor["spec"]["podMetricsEndpoints"]
    assert (endpoint["port"], endpoint["path"]) == ("management", "/metrics")


@pytest.mark.parametrize("name", having("monitoring"))
def test_monitoring_has_the_rules_that_are_written_once(name):
    [rule] = rendering(name).of("PrometheusRule")
    written = yaml.safe_load((DEPLOY / "monitoring/rules.yaml").read_text())
    assert rule["spec"] == written, "run deploy/kubernetes/components/monitoring/update"
    assert sum(len(group["rules"]) for group in written["groups"]) > 10


def test_the_label_job_that_the_rules_ask_for_is_the_one_that_scraping_gives():
    [monitor] = rendering("monitoring").of("PodMonitor")
    asked = re.findall(r'job=~"([^"]+)"', (DEPLOY / "monitoring/rules.yaml").read_text())
    assert asked
    for service in SERVICES:
        job = rendering("monitoring").pods()[service]["metadata"]["labels"][monitor["spec"]["jobLabel"]]
        assert any(re.fullmatch(pattern, job) for pattern in asked), job


@pytest.mark.parametrize("name", having("monitoring"))
def test_monitoring_brings_the_dashboard_where_grafana_looks_for_it(name):
    dashboard = rendering(name).one("ConfigMap", "tessera-dashboard")
    assert dashboard["metadata"]["labels"]["grafana_dashboard"] == "1"
    [(file, text)] = dashboard["data"].items()
    assert text == (DEPLOY / "monitoring" / file).read_text()
    assert json.loads(text)["uid"], "Grafana knows it by this"
    # `kubectl apply` keeps what it applied in an annotation, which may have 256 KiB.
    assert len(json.dumps(text)) < 200_000


@pytest.mark.parametrize("name", having("hash-queue"))
def test_hash_queue_scales_auth_service_on_its_queue_beside_cpu(name):
    manifests = rendering(name)
    cpu, queue = manifests.one("HorizontalPodAutoscaler", AUTH)["spec"]["metrics"]
    assert cpu["resource"]["name"] == "cpu"
    metric = queue["pods"]["metric"]["name"]
    assert metric == "tessera_password_hash_queue"
    assert f"seriesQuery: '{metric}{{" in (DEPLOY / "kubernetes/README.md").read_text()
    assert len(manifests.one("HorizontalPodAutoscaler", RESOURCE)["spec"]["metrics"]) == 1
