"""The Kubernetes base: valid by the API's own schema, least privilege, and names that fit together."""
import shutil
import subprocess
from urllib.parse import urlsplit

import kubernetes_validate
import pytest
import yaml
from conftest import DEPLOY, SERVICES, Manifests, ports

SLOWEST_DRAIN = 10


@pytest.mark.parametrize("api", ["1.32", "1.37"])
def test_every_object_is_valid_by_the_schema_of_its_kind(manifests, api):
    assert len(manifests) > 10
    for item in manifests:
        kubernetes_validate.validate(item, api, strict=True)


def test_secrets_are_named_and_described_but_not_shipped(manifests):
    assert not manifests.of("Secret")
    readme = (DEPLOY / "README.md").read_text()
    for deployment in manifests.of("Deployment"):
        for volume in deployment["spec"]["template"]["spec"]["volumes"]:
            assert f"secret generic {volume['secret']['secretName']} " in readme


def test_the_two_services_scale_apart_and_survive_the_loss_of_a_pod(manifests):
    assert {item["metadata"]["name"] for item in manifests.of("Deployment")} == set(SERVICES)
    for service in SERVICES:
        spec = manifests.one("Deployment", service)["spec"]
        assert spec["replicas"] >= 2
        assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        assert spec["template"]["spec"]["terminationGracePeriodSeconds"] > SLOWEST_DRAIN
        spread = [constraint["topologyKey"] for constraint in spec["template"]["spec"]["topologySpreadConstraints"]]
        assert spread == ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
        assert manifests.one("PodDisruptionBudget", service)["spec"]["maxUnavailable"] == 1


@pytest.mark.parametrize("service", SERVICES)
def test_every_selector_means_the_pods_of_its_own_service(manifests, service):
    pods = {
        item["metadata"]["name"]: item["spec"]["template"]["metadata"]["labels"] for item in manifests.of("Deployment")
    }

    def chosen(selector):
        return [name for name, labels in pods.items() if selector and selector.items() <= labels.items()]

    deployment = manifests.one("Deployment", service)["spec"]
    assert chosen(deployment["selector"]["matchLabels"]) == [service]
    assert chosen(manifests.one("Service", service)["spec"]["selector"]) == [service]
    assert chosen(manifests.one("PodDisruptionBudget", service)["spec"]["selector"]["matchLabels"]) == [service]
    for constraint in deployment["template"]["spec"]["topologySpreadConstraints"]:
        assert chosen(constraint["labelSelector"]["matchLabels"]) == [service]
    [policy] = manifests.of("NetworkPolicy")
    assert service in chosen(policy["spec"]["podSelector"]["matchLabels"])


@pytest.mark.parametrize("service", SERVICES)
def test_a_pod_has_no_privilege_to_lose(manifests, service):
    [namespace] = manifests.of("Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    pod = manifests.one("Deployment", service)["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        }
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("service", SERVICES)
def test_secret_files_lie_in_mounted_directories_that_follow_their_secret(manifests, service):
    pod = manifests.one("Deployment", service)["spec"]["template"]["spec"]
    secrets = {volume["name"]: volume["secret"] for volume in pod["volumes"]}
    mounts = {mount["mountPath"]: mount for mount in manifests.container(service)["volumeMounts"]}
    for mount in mounts.values():
        assert "subPath" not in mount and "subPathExpr" not in mount, "such a file would never change"
        assert mount["readOnly"] is True
        assert secrets[mount["name"]]["defaultMode"] == 0o440, "the pod's group reads it, nobody else"
    files = [value for name, value in manifests.settings(service).items() if name.endswith("FILE")]
    assert {file.rpartition("/")[0] for file in files} == mounts.keys()


@pytest.mark.parametrize("service", SERVICES)
def test_ports_agree_and_probes_ask_the_management_port(manifests, service):
    public, management = ports(manifests.settings(service), service)
    container = manifests.container(service)
    named = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert named == {"http": public, "management": management}
    probes = [container[f"{kind}Probe"]["httpGet"] for kind in ("liveness", "readiness")]
    assert probes == [{"path": "/livez", "port": "management"}, {"path": "/readyz", "port": "management"}]
    [port] = manifests.one("Service", service)["spec"]["ports"]
    assert port["targetPort"] == "http", "the management port is nobody's service"


def test_one_origin_leads_to_both_services(manifests):
    [ingress] = manifests.of("Ingress")
    [rule] = ingress["spec"]["rules"]
    backends = {path["path"]: path["backend"]["service"] for path in rule["http"]["paths"]}
    assert {path: backend["name"] for path, backend in backends.items()} == {
        "/auth": "auth-service",
        "/.well-known": "auth-service",
        "/": "resource-service",
    }
    for backend in backends.values():
        names = [port["name"] for port in manifests.one("Service", backend["name"])["spec"]["ports"]]
        assert backend["port"]["name"] in names
    assert [rule["host"]] == ingress["spec"]["tls"][0]["hosts"]


def test_both_services_agree_on_the_origin_as_the_issuer(manifests):
    auth, resource = (manifests.settings(service) for service in SERVICES)
    assert auth["AUTH__TOKENS__ISSUER"] == resource["RESOURCE__TOKENS__ISSUER"]
    assert auth["AUTH__TOKENS__AUDIENCE"] == resource["RESOURCE__TOKENS__AUDIENCE"]
    issuer = urlsplit(auth["AUTH__TOKENS__ISSUER"])
    [ingress] = manifests.of("Ingress")
    assert (issuer.scheme, issuer.netloc) == ("https", ingress["spec"]["rules"][0]["host"])


def test_only_the_monitoring_reaches_the_management_port(manifests):
    [policy] = manifests.of("NetworkPolicy")
    assert set(policy["spec"]["policyTypes"]) == {"Ingress", "Egress"}
    for rule in policy["spec"]["ingress"]:
        assert [port["port"] for port in rule["ports"]] == (["management"] if "from" in rule else ["http"])


@pytest.mark.parametrize("service", SERVICES)
def test_images_carry_the_version_of_the_workspace(manifests, service, version):
    assert manifests.container(service)["image"] == f"tessera/{service}:{version}"


@pytest.fixture(scope="session")
def following():
    """The base with the component that lets resource-service follow auth-service."""
    overlay = DEPLOY / "kubernetes/tests-overlay"
    overlay.mkdir()
    try:
        (overlay / "kustomization.yaml").write_text("resources: [../base]\ncomponents: [../cut-off]\n")
        command = ["kubectl", "kustomize", overlay]
        return Manifests(yaml.safe_load_all(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    finally:
        shutil.rmtree(overlay)


def test_the_component_for_cut_off_gives_resource_service_a_client_and_a_way_to_auth_service(following):
    for item in following:
        kubernetes_validate.validate(item, "1.37", strict=True)
    pod = following.one("Deployment", "resource-service")["spec"]["template"]["spec"]
    container = pod["containers"][0]
    [client] = container["env"]
    assert client["name"] == "RESOURCE__AUTH__CLIENT_ID"
    secret = client["valueFrom"]["secretKeyRef"]["name"]
    settings = following.one("ConfigMap", container["envFrom"][0]["configMapRef"]["name"])["data"]
    directory, _, key = settings["RESOURCE__AUTH__CLIENT_SECRET_FILE"].rpartition("/")
    [mount] = [mount for mount in container["volumeMounts"] if mount["mountPath"] == directory]
    assert {"name": mount["name"], "secret": {"secretName": secret, "defaultMode": 0o440}} in pod["volumes"]
    readme = (DEPLOY / "README.md").read_text()
    assert f"secret generic {secret} --from-literal=id=" in readme and f"--from-literal={key}=" in readme
    url = urlsplit(settings["RESOURCE__AUTH__URL"])
    assert (url.scheme, url.port) == ("http", None), "the Service listens on port 80"
    assert following.one("Service", url.hostname)["spec"]["ports"][0]["port"] == 80
    [policy] = following.of("NetworkPolicy")
    [rule] = [rule for rule in policy["spec"]["egress"] if {"port": "http"} in rule["ports"]]
    assert rule["to"] == [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "auth-service"}}}]
