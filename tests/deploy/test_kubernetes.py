"""The Kubernetes files: valid by the API's own schemas, and made so that the loss of a pod, a node or a primary is survived."""
import json

import kubernetes_validate
import pytest
from conftest import SERVICES, ports
from rendering import RENDERINGS, rendering

VERSIONS = [f"1.{minor}" for minor in range(30, 38)]
# Kinds that are not Kubernetes' own: the schemas do not know them.
FOREIGN = {"PodMonitor", "PrometheusRule"}
# Seconds: what the service takes at most from SIGTERM to its end, and an election of MongoDB until all is well again.
SLOWEST_DRAIN = 10
ELECTION = 15
# Seconds that one check of /readyz may take before it has failed.
CHECK = 2


@pytest.fixture(params=SERVICES)
def service(request):
    return request.param


@pytest.fixture(params=RENDERINGS)
def rendered(request):
    return rendering(request.param)


@pytest.fixture(scope="session")
def distinct():
    """Every object of every rendering, each once, as text."""
    return sorted({json.dumps(item, sort_keys=True) for name in RENDERINGS for item in rendering(name)})


@pytest.mark.parametrize("api", VERSIONS)
def test_every_object_is_valid_by_the_schema_of_its_kind(distinct, api):
    known = [item for item in map(json.loads, distinct) if item["kind"] not in FOREIGN]
    assert len(known) > 25
    for item in known:
        kubernetes_validate.validate(item, api, strict=True)


def test_each_service_scales_by_itself_and_survives_the_loss_of_a_pod(manifests, service):
    spec = manifests.one("Deployment", service)["spec"]
    assert "replicas" not in spec, "each apply would undo what the autoscaler did"
    scaler = manifests.one("HorizontalPodAutoscaler", service)["spec"]
    assert scaler["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": service}
    assert 2 <= scaler["minReplicas"] < scaler["maxReplicas"]
    assert [metric["resource"]["name"] for metric in scaler["metrics"]] == ["cpu"]
    assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    spread = [constraint["topologyKey"] for constraint in spec["template"]["spec"]["topologySpreadConstraints"]]
    assert spread == ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
    assert manifests.one("PodDisruptionBudget", service)["spec"]["maxUnavailable"] == 1


def test_the_grace_of_a_pod_is_longer_than_its_sleep_and_its_drain(manifests, service):
    sleep = manifests.container(service)["lifecycle"]["preStop"]["sleep"]["seconds"]
    grace = manifests.one("Deployment", service)["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    assert 0 < sleep and sleep + SLOWEST_DRAIN < grace


def test_a_pod_stays_ready_through_an_election(manifests, service):
    probe = manifests.container(service)["readinessProbe"]
    assert probe["timeoutSeconds"] > CHECK, "the service says itself what is wrong"
    # A probe that begins up to CHECK seconds before the fault still meets it; the last one may begin when it ends.
    failed = (CHECK + ELECTION) // probe["periodSeconds"] + 1
    assert failed < probe["failureThreshold"]
    assert probe.get("successThreshold", 1) == 1


def test_no_probe_that_kills_a_pod_asks_for_the_store(manifests, service):
    container = manifests.container(service)
    for kind in ("startup", "liveness"):
        assert container[f"{kind}Probe"]["httpGet"] == {"path": "/livez", "port": "management"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "management"}


def test_every_selector_means_the_pods_of_its_own_service(rendered, service):
    pods = {name: pod["metadata"]["labels"] for name, pod in rendered.pods().items()}

    def chosen(selector):
        return [name for name, labels in pods.items() if selector and selector.items() <= labels.items()]

    deployment = rendered.one("Deployment", service)["spec"]
    assert chosen(deployment["selector"]["matchLabels"]) == [service]
    assert chosen(rendered.one("Service", service)["spec"]["selector"]) == [service]
    assert chosen(rendered.one("PodDisruptionBudget", service)["spec"]["selector"]["matchLabels"]) == [service]
    for constraint in deployment["template"]["spec"]["topologySpreadConstraints"]:
        assert chosen(constraint["labelSelector"]["matchLabels"]) == [service]


def test_ports_agree_with_the_settings(rendered, service):
    public, management = ports(rendered.settings(service), service)
    container = rendered.container(service)
    named = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert named == {"http": public, "management": management}
    [port] = rendered.one("Service", service)["spec"]["ports"]
    assert port["targetPort"] == "http", "the management port is nobody's service"


def test_memory_is_limited_and_covers_what_the_settings_allow(rendered, service):
    resources = rendered.container(service)["resources"]
    assert {"cpu", "memory"} <= resources["requests"].keys()
    assert "cpu" not in resources["limits"], "a limit on CPU stops a pod that hashes passwords for most of each 100 ms"
    limit = int(resources["limits"]["memory"].removesuffix("Mi")) * 2**20
    settings = rendered.settings(service)
    if service == "auth-service":
        assert limit >= (int(settings["AUTH__PASSWORDS__POOL_PERMITS"]) * 20 + 96) * 2**20
    else:
        assert limit >= int(settings.get("RESOURCE__MEMORY__BUDGET", 96 * 2**20)) + 96 * 2**20
