"""What the network policies admit and what they do not, pod by pod and port by port."""
import pytest
from conftest import SERVICES
from network import Pod, allowed
from rendering import RENDERINGS, rendering

AUTH, RESOURCE = SERVICES
# The components that let resource-service call auth-service. The overlays above production have them too.
CALLING = {"cut-off", "eddsa", "production", "example"}
# Where the ingress controller is.
CONTROLLER = {"example": "ingress"}

INGRESS = Pod("ingress-nginx")
MONITORING = Pod("monitoring")
NAMES = Pod("kube-system", {"k8s-app": "kube-dns"})
STRANGER = Pod("default", {"app.kubernetes.io/name": "resource-service", "app.kubernetes.io/part-of": "tessera"})
NEIGHBOUR = Pod(labels={"app.kubernetes.io/name": "another"})
INTERNET = Pod(None, address="203.0.113.9")
# In the block that the example allows.
MONGODB = Pod(None, address="192.0.2.3")


class Cluster:
    """The pods of one rendering under its policies."""

    def __init__(self, name):
        manifests = rendering(name)
        self.policies = manifests.of("NetworkPolicy")
        self.pods = {}
        for workload, pod in manifests.pods().items():
            ports = {port["name"]: port["containerPort"] for port in pod["spec"]["containers"][0]["ports"]}
            self.pods[workload] = Pod(labels=pod["metadata"]["labels"], ports=ports)
        self.ingress = Pod(CONTROLLER.get(name, "ingress-nginx"))
        self.calling = bool(CALLING & set(name.split("+")))

    def lets(self, source, target, port, protocol="TCP"):
        source, target = (self.pods[pod] if isinstance(pod, str) else pod for pod in (source, target))
        return allowed(self.policies, source, target, target.ports.get(port, port), protocol)


@pytest.fixture(params=RENDERINGS)
def cluster(request):
    return Cluster(request.param)


@pytest.mark.parametrize("service", SERVICES)
def test_requests_come_from_the_ingress_and_scrapes_from_the_monitoring_alone(cluster, service):
    assert cluster.lets(cluster.ingress, service, "http")
    assert not cluster.lets(cluster.ingress, service, "management")
    assert cluster.lets(MONITORING, service, "management")
    assert not cluster.lets(MONITORING, service, "http")
    for other in (STRANGER, NEIGHBOUR, INTERNET, NAMES):
        assert not cluster.lets(other, service, "http"), other
        assert not cluster.lets(other, service, "management"), other
    if cluster.ingress != INGRESS:
        assert not cluster.lets(INGRESS, service, "http"), "another controller's namespace"


def test_resource_service_reaches_auth_service_only_where_a_component_has_it_call(cluster):
    assert cluster.lets(RESOURCE, AUTH, "http") == cluster.calling
    assert not cluster.lets(RESOURCE, AUTH, "management")
    assert not cluster.lets(AUTH, RESOURCE, "http") and not cluster.lets(AUTH, AUTH, "http")


@pytest.mark.parametrize("service", SERVICES)
def test_a_pod_reaches_names_its_store_and_a_collector_and_nothing_else(cluster, service):
    assert cluster.lets(service, NAMES, 53, "UDP") and cluster.lets(service, NAMES, 53)
    assert cluster.lets(service, MONGODB, 27017)
    assert cluster.lets(service, MONITORING, 4318)
    for target, port in [(INTERNET, 443), (INTERNET, 53), (NAMES, 443), (MONGODB, 22), (MONITORING, 9090),
                         (Pod("kube-system", address="169.254.169.254"), 80), (NEIGHBOUR, 8080)]:
        assert not cluster.lets(service, target, port), (target, port)


def test_a_pod_that_no_policy_speaks_of_reaches_nothing_and_is_reached_by_nothing(cluster):
    assert not cluster.lets(NEIGHBOUR, NAMES, 53, "UDP")
    assert not cluster.lets(NEIGHBOUR, MONGODB, 27017)
    assert not cluster.lets(NEIGHBOUR, NEIGHBOUR, 80)
    assert not cluster.lets(cluster.ingress, NEIGHBOUR, 80)


def test_the_example_narrows_the_way_to_mongodb():
    cluster = Cluster("example")
    assert cluster.lets(AUTH, MONGODB, 27017) and not cluster.lets(AUTH, INTERNET, 27017)


def test_the_mongodb_of_the_local_overlay_is_reached_by_the_services_alone():
    cluster = Cluster("local")
    for service in SERVICES:
        assert cluster.lets(service, "mongodb", 27017)
    for other in (STRANGER, NEIGHBOUR, MONITORING, INGRESS):
        assert not cluster.lets(other, "mongodb", 27017), other
    assert not cluster.lets("mongodb", INTERNET, 443)


def policy(**spec):
    return {"metadata": {"namespace": "tessera"}, "spec": {"podSelector": {}, **spec}}


def test_the_evaluation_follows_the_rules_of_the_api():
    here, there = Pod(ports={"http": 8081}), Pod("default")
    assert allowed([], there, here, 8081), "open without a policy"
    deny = policy(policyTypes=["Ingress"])
    assert not allowed([deny], there, here, 8081) and allowed([deny], here, there, 1)
    named = policy(policyTypes=["Ingress"], ingress=[{"ports": [{"port": "http"}]}])
    assert allowed([deny, named], there, here, 8081) and not allowed([named], there, here, 9081)
    assert not allowed([named], there, here, 8081, "UDP")
    # Without a selector of namespaces only pods of the policy's own are meant.
    near = policy(policyTypes=["Ingress"], ingress=[{"from": [{"podSelector": {}}]}])
    assert allowed([near], here, here, 1) and not allowed([near], there, here, 1)
    block = {"ipBlock": {"cidr": "192.0.2.0/24", "except": ["192.0.2.128/25"]}}
    out = policy(policyTypes=["Egress"], egress=[{"to": [block], "ports": [{"port": 1, "endPort": 9}]}])
    reached = [allowed([out], here, Pod(None, address=f"192.0.2.{last}"), port) for last, port in
               [(1, 1), (1, 9), (1, 10), (129, 1)]]
    assert reached == [True, True, False, False]
