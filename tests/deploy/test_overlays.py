"""The overlays and components: one origin, images from where they should come, and names that exist."""
import base64
import ipaddress
import re
from urllib.parse import urlsplit

import pytest
import yaml
from conftest import SERVICES
from rendering import COMBINATIONS, COMPONENTS, KUBERNETES, OVERLAYS, RENDERINGS, overlaid, rendering

README = (KUBERNETES / "README.md").read_text()
# The table of Secrets in the guide: the keys of each.
SECRETS = {
    name: set(re.findall(r"`([^`]+)`", keys))
    for name, keys in re.findall(r"(?m)^\| `([a-z-]+)` \| ((?:`[^`]+`(?:, )?)+) \|", README)
}
ANNOTATION = "nginx.ingress.kubernetes.io/"


@pytest.fixture(params=RENDERINGS)
def rendered(request):
    return rendering(request.param)


@pytest.fixture(params=OVERLAYS)
def overlay(request):
    return request.param


def issuers(manifests):
    auth, resource = (manifests.settings(service) for service in SERVICES)
    return auth["AUTH__TOKENS__ISSUER"], resource["RESOURCE__TOKENS__ISSUER"]


def test_both_services_agree_on_issuer_audience_and_the_host_of_the_ingress(rendered):
    auth, resource = (rendered.settings(service) for service in SERVICES)
    [issuer] = set(issuers(rendered))
    assert auth["AUTH__TOKENS__AUDIENCE"] == resource["RESOURCE__TOKENS__AUDIENCE"]
    origin = urlsplit(issuer)
    for ingress in rendered.of("Ingress"):
        [rule] = ingress["spec"]["rules"]
        if "host" in rule:
            assert (origin.scheme, origin.netloc) == ("https", rule["host"])
            assert ingress["spec"]["tls"] == [{"hosts": [rule["host"]], "secretName": "tessera-tls"}]
        else:
            assert (origin.scheme, origin.hostname) == ("http", "localhost") and "tls" not in ingress["spec"]


def test_an_overlay_says_its_origin_once(overlay):
    text = (KUBERNETES / "overlays" / overlay / "kustomization.yaml").read_text()
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    [origin] = re.findall(r"literals: \[origin=(\S+)\]", code)
    assert code.count(urlsplit(origin).netloc) == 1
    assert set(issuers(rendering(overlay))) == {origin}
    assert not [item for item in rendering(overlay).of("ConfigMap") if item["metadata"]["name"].startswith("origin")]


def test_addresses_are_believed_from_a_network_that_the_overlay_names(overlay, manifests):
    auth, resource = (rendering(overlay).settings(service) for service in SERVICES)
    trusted = auth["AUTH__HTTP__TRUSTED_PROXIES"]
    assert trusted == resource["RESOURCE__HTTP__TRUSTED_PROXIES"]
    for network in trusted.split(","):
        assert ipaddress.ip_network(network).prefixlen >= 14, "a client in it may write any address"
    for service in SERVICES:
        assert not [name for name in manifests.settings(service) if "TRUSTED" in name], "the base cannot know"


def test_the_ingress_leads_to_both_services_and_holds_nothing_back(rendered):
    ingress = rendered.one("Ingress", "tessera")
    assert ingress["spec"]["ingressClassName"] == "nginx"
    [rule] = ingress["spec"]["rules"]
    backends = {path["path"]: path["backend"]["service"] for path in rule["http"]["paths"]}
    assert {path: backend["name"] for path, backend in backends.items()} == {
        "/auth": "auth-service",
        "/.well-known": "auth-service",
        "/": "resource-service",
    }
    for backend in backends.values():
        names = [port["name"] for port in rendered.one("Service", backend["name"])["spec"]["ports"]]
        assert backend["port"]["name"] in names
    annotations = {name.removeprefix(ANNOTATION): value for name, value in ingress["metadata"]["annotations"].items()}
    assert annotations["proxy-body-size"] == "0"
    assert annotations["proxy-request-buffering"] == annotations["proxy-buffering"] == "off"
    assert int(annotations["proxy-read-timeout"]) >= 60
    assert all(isinstance(value, str) for value in annotations.values())


def test_the_ingress_gives_up_a_refresh_while_its_token_may_be_sent_again(rendered):
    """Within 30 s of a rotation, which may have been done although no answer came."""
    ingress = rendered.one("Ingress", "tessera-refresh")
    assert ingress["spec"]["ingressClassName"] == "nginx"
    [rule] = ingress["spec"]["rules"]
    assert {(path["path"], path["pathType"], path["backend"]["service"]["name"]) for path in rule["http"]["paths"]} == {
        ("/auth/token", "Exact", "auth-service"), ("/auth/token-refresh", "Exact", "auth-service"),
    }
    annotations = ingress["metadata"]["annotations"]
    assert 8 < int(annotations[f"{ANNOTATION}proxy-read-timeout"]) <= 15


@pytest.mark.parametrize("service", SERVICES)
def test_images_carry_the_version_of_the_workspace_and_no_strangers_name(service, version):
    for name in ("base", "local", *COMBINATIONS):
        assert rendering(name).container(service)["image"] == f"localhost/tessera/{service}:{version}"
    for name in ("production", "example"):
        image = rendering(name).container(service)["image"]
        # Names that nobody can register (RFC 2606, RFC 6761).
        assert re.fullmatch(rf"registry\.([a-z]+\.)?example(\.org)?(:\d+)?/tessera/{service}:{version}", image)


def test_every_image_names_its_registry(rendered):
    for pod in rendered.pods().values():
        for container in pod["spec"]["containers"]:
            registry = container["image"].partition("/")[0]
            assert registry == "localhost" or "." in registry, container["image"]
            assert ":latest" not in container["image"] and ":" in container["image"].rpartition("/")[2]


def test_the_mongodb_of_the_local_overlay_is_that_of_compose(compose):
    [container] = rendering("local").pods()["mongodb"]["spec"]["containers"]
    assert container["image"] == compose["services"]["mongo-1"]["image"]


def references(manifests):
    """Each Secret that something names, with the key it is asked for, or None for all."""
    for service, pod in manifests.pods().items():
        for volume in pod["spec"]["volumes"]:
            if "secret" in volume:
                yield volume["secret"]["secretName"], None
        for container in pod["spec"]["containers"]:
            for variable in container.get("env", []):
                if "valueFrom" in variable:
                    yield variable["valueFrom"]["secretKeyRef"]["name"], variable["valueFrom"]["secretKeyRef"]["key"]
        if service in SERVICES:
            yield from ((mounted(pod, path)) for path in files(manifests, service))
    for ingress in manifests.of("Ingress"):
        yield from ((tls["secretName"], None) for tls in ingress["spec"].get("tls", []))
    for account in manifests.of("ServiceAccount"):
        yield from ((secret["name"], None) for secret in account.get("imagePullSecrets", []))


def files(manifests, service):
    return [value for name, value in manifests.settings(service).items() if name.endswith("FILE")]


def mounted(pod, path):
    """The Secret that a file comes from, and its key."""
    folder, _, key = path.rpartition("/")
    [container] = pod["spec"]["containers"]
    [mount] = [mount for mount in container["volumeMounts"] if mount["mountPath"] == folder]
    [volume] = [volume for volume in pod["spec"]["volumes"] if volume["name"] == mount["name"]]
    return volume["secret"]["secretName"], key


def test_every_secret_and_key_is_in_the_table_of_the_guide(rendered):
    assert {"key-ring", "auth-service-store", "resource-service-store"} <= SECRETS.keys()
    for name, key in references(rendered):
        assert name in SECRETS, name
        assert key is None or key in SECRETS[name], f"{name}: {key}"


def test_the_table_names_no_secret_that_nothing_reads():
    [job] = yaml.safe_load_all((KUBERNETES / "jobs/import-users.yaml").read_text())
    read = {volume["secret"]["secretName"] for volume in job["spec"]["template"]["spec"]["volumes"]}
    read |= {name for rendered in RENDERINGS for name, _ in references(rendering(rendered))}
    assert read == SECRETS.keys()


def test_no_secret_is_shipped_but_addresses_without_a_password(rendered):
    for secret in rendered.of("Secret"):
        for value in secret["data"].values():
            url = urlsplit(base64.b64decode(value).decode())
            assert url.scheme == "mongodb" and not url.username and not url.password
            assert rendered.one("Service", url.hostname)


def test_secret_files_lie_in_mounted_directories_that_follow_their_secret(rendered):
    for service in SERVICES:
        pod = rendered.pods()[service]["spec"]
        modes = [volume["secret"]["defaultMode"] for volume in pod["volumes"]]
        assert set(modes) == {0o440}, "the pod's group reads it, nobody else"
        mounts = pod["containers"][0]["volumeMounts"]
        for mount in mounts:
            assert not {"subPath", "subPathExpr"} & mount.keys(), "such a file would never change"
            assert mount["readOnly"] is True
        assert {file.rpartition("/")[0] for file in files(rendered, service)} == {one["mountPath"] for one in mounts}


def test_every_configmap_that_is_read_exists_and_its_change_rolls_the_pods(rendered):
    for service in SERVICES:
        [source] = rendered.container(service)["envFrom"]
        name = source["configMapRef"]["name"]
        assert rendered.one("ConfigMap", name) and re.fullmatch(rf"{service}-[a-z0-9]{{10}}", name)


def test_a_secret_that_an_overlay_makes_as_the_guide_says_rolls_the_pods_when_it_changes(tmp_path):
    [example] = re.findall(r"(?s)```yaml\n(  secretGenerator:.*?)```", README)
    [generator] = yaml.safe_load(example)["secretGenerator"]
    names = []
    for password in ("one", "two"):
        (tmp_path / "auth-url").write_text(f"mongodb://tessera:{password}@mongo/tessera_auth")
        manifests = overlaid(tmp_path, secretGenerator=[generator])
        [secret] = manifests.of("Secret")
        pod = manifests.pods()["auth-service"]
        [store] = {name for name, key in (mounted(pod, file) for file in files(manifests, "auth-service")) if key == "url"}
        assert store == secret["metadata"]["name"] != generator["name"]
        names.append(store)
    assert names[0] != names[1]


def test_the_guide_speaks_of_each_overlay_and_component_and_only_of_files_that_exist():
    for overlay in OVERLAYS:
        assert f"overlays/{overlay}" in README, overlay
    for component in COMPONENTS:
        assert f"**`{component}`**" in README, component
    for path in re.findall(r"deploy/kubernetes/([\w./-]+)", README):
        assert path == "overlays/mine" or (KUBERNETES / path).exists(), path
