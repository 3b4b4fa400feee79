"""The job that imports users: as narrow as the services, and run here with its own arguments and settings."""
import json

import kubernetes_validate
import pytest
import yaml
from network import Pod, allowed
from rendering import KUBERNETES, rendering
from test_kubernetes import VERSIONS
from test_pod_security import faults

# Of some password, by bcrypt with its lowest cost.
HASH = "$2b$04$KT1/BM1FfKywVHeeWcAMauA085BZGW1yHrcC7EC2BVKGDR27EhEQe"


@pytest.fixture
def job():
    [job] = yaml.safe_load_all((KUBERNETES / "jobs/import-users.yaml").read_text())
    return job


@pytest.fixture
def pod(job):
    return job["spec"]["template"]


@pytest.mark.parametrize("api", VERSIONS)
def test_it_is_valid(job, api):
    kubernetes_validate.validate(job, api, strict=True)


def test_its_pod_is_restricted_and_runs_the_image_of_auth_service(pod):
    assert faults(pod["spec"]) == []
    assert pod["spec"]["automountServiceAccountToken"] is False
    [container] = pod["spec"]["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["image"] == rendering("base").container("auth-service")["image"]
    assert rendering("base").one("ServiceAccount", pod["spec"]["serviceAccountName"])


def test_it_reaches_names_and_mongodb_and_is_reached_by_nobody(pod):
    policies = rendering("base").of("NetworkPolicy")
    job, mongodb, names = Pod(labels=pod["metadata"]["labels"]), Pod(None, address="192.0.2.3"), Pod("kube-system")
    assert allowed(policies, job, mongodb, 27017) and allowed(policies, job, names, 53, "UDP")
    assert not allowed(policies, job, mongodb, 443)
    assert not allowed(policies, Pod("ingress-nginx"), job, 8081)


def test_it_imports_the_file_of_its_secret(pod, run_service, tmp_path):
    [container] = pod["spec"]["containers"]
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    secrets = {volume["name"]: volume["secret"]["secretName"] for volume in pod["spec"]["volumes"]}

    def here(path):
        folder, _, file = path.rpartition("/")
        return str(tmp_path / secrets[mounts[folder]] / file)

    environment = {variable["name"]: here(variable["value"]) for variable in container["env"]}
    users = [{"email": f"user-{number}@example.org", "password_hash": HASH} for number in range(3)]
    for path, text in [
        (environment["AUTH__STORE__URL_FILE"], f"sqlite:{tmp_path}/auth.db"),
        (here(container["args"][1]), "".join(json.dumps(user) + "\n" for user in users)),
    ]:
        folder, _, _ = path.rpartition("/")
        (tmp_path / folder).mkdir()
        (tmp_path / path).write_text(text)
    made = run_service("auth-service", "keys", "new", environment=environment)
    assert made.returncode == 0, made.stderr
    for outcome in ("3 added, 0 already there", "0 added, 3 already there"):
        answer = run_service("auth-service", container["args"][0], here(container["args"][1]), environment=environment)
        assert answer.returncode == 0 and outcome in answer.stdout, answer.stderr
