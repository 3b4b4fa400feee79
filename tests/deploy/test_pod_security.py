"""The rules of the Pod Security Standard `restricted`, one by one, and what else a pod needs least of.

https://kubernetes.io/docs/concepts/security/pod-security-standards/ (which the API server enforces by a label of the namespace).
"""
import pytest
from conftest import SERVICES
from rendering import RENDERINGS, rendering

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
SYSCTLS = {"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
           "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range"}
SELINUX = {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}


def faults(pod):
    """The rules of `restricted` that the specification of a pod breaks."""
    context = pod.get("securityContext", {})
    containers = pod["containers"] + pod.get("initContainers", []) + pod.get("ephemeralContainers", [])
    contexts = [container.get("securityContext", {}) for container in containers]
    probes = [container[probe] for container in containers for probe in container if probe.endswith("Probe")]
    hooks = [hook for container in containers for hook in container.get("lifecycle", {}).values()]

    def everywhere(key):
        """The value that holds for each container: its own, else the pod's."""
        return [one.get(key, context.get(key)) for one in contexts]

    def allowed(options, *keys):
        """Whether these members of all contexts, where set, are among the options."""
        values = []
        for one in [context, *contexts]:
            for key in keys:
                one = one.get(key) or {} if isinstance(one, dict) else {}
            values += [one] if one else []
        return all(value in options for value in values)

    seccomp = [profile and profile.get("type") for profile in everywhere("seccompProfile")]
    rules = {
        "no hostProcess": allowed({False}, "windowsOptions", "hostProcess"),
        "no host namespaces": not any(pod.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")),
        "not privileged": not any(one.get("privileged") for one in contexts),
        "drops all capabilities": all("ALL" in one.get("capabilities", {}).get("drop", []) for one in contexts),
        "adds none but NET_BIND_SERVICE":
            all(set(one.get("capabilities", {}).get("add", [])) <= {"NET_BIND_SERVICE"} for one in contexts),
        "no host path and no other kind of volume":
            all(set(volume) - {"name"} <= VOLUMES for volume in pod.get("volumes", [])),
        "no host ports": not any(port.get("hostPort") for one in containers for port in one.get("ports", [])),
        "no host in probes and hooks":
            not any(how.get("host") for one in probes + hooks for how in one.values() if isinstance(how, dict)),
        "AppArmor": allowed({"RuntimeDefault", "Localhost"}, "appArmorProfile", "type"),
        "SELinux": allowed(SELINUX, "seLinuxOptions", "type")
            and allowed({""}, "seLinuxOptions", "user") and allowed({""}, "seLinuxOptions", "role"),
        "default /proc": all(one.get("procMount", "Default") == "Default" for one in contexts),
        "safe sysctls": {one["name"] for one in context.get("sysctls", [])} <= SYSCTLS,
        "no privilege escalation": all(one.get("allowPrivilegeEscalation") is False for one in contexts),
        "runs as no root": all(value is True for value in everywhere("runAsNonRoot")),
        "as no user 0": 0 not in [context.get("runAsUser"), *everywhere("runAsUser")],
        "seccomp": all(profile in {"RuntimeDefault", "Localhost"} for profile in seccomp),
    }
    return [rule for rule, holds in rules.items() if not holds]


@pytest.fixture(params=RENDERINGS)
def rendered(request):
    return rendering(request.param)


def test_every_pod_is_restricted_and_the_namespace_demands_it(rendered):
    [namespace] = rendered.of("Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert rendered.pods().keys() >= set(SERVICES)
    for name, pod in rendered.pods().items():
        assert faults(pod["spec"]) == [], name


def test_beyond_the_standard_a_pod_has_no_token_no_writable_root_and_no_variables_of_other_services(rendered):
    for name, pod in rendered.pods().items():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False and spec["enableServiceLinks"] is False, name
        account = rendered.one("ServiceAccount", spec["serviceAccountName"])
        assert account["automountServiceAccountToken"] is False, name
        assert spec["serviceAccountName"] == name, "no two workloads share an account"
        assert all(one["securityContext"]["readOnlyRootFilesystem"] is True for one in spec["containers"]), name
    assert not [item["kind"] for item in rendered if item["kind"].startswith(("Role", "ClusterRole"))]


def good():
    restricted = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    return {
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{"securityContext": restricted}],
    }


@pytest.mark.parametrize(("path", "value", "rule"), [
    ("securityContext.windowsOptions", {"hostProcess": True}, "no hostProcess"),
    ("hostNetwork", True, "no host namespaces"),
    ("containers.0.securityContext.privileged", True, "not privileged"),
    ("containers.0.securityContext.capabilities", {}, "drops all capabilities"),
    ("containers.0.securityContext.capabilities.add", ["SYS_ADMIN"], "adds none but NET_BIND_SERVICE"),
    ("volumes", [{"name": "host", "hostPath": {"path": "/"}}], "no host path and no other kind of volume"),
    ("containers.0.ports", [{"hostPort": 80}], "no host ports"),
    ("containers.0.livenessProbe", {"httpGet": {"host": "169.254.169.254"}}, "no host in probes and hooks"),
    ("securityContext.appArmorProfile", {"type": "Unconfined"}, "AppArmor"),
    ("securityContext.seLinuxOptions", {"user": "root"}, "SELinux"),
    ("containers.0.securityContext.procMount", "Unmasked", "default /proc"),
    ("securityContext.sysctls", [{"name": "kernel.msgmax"}], "safe sysctls"),
    ("containers.0.securityContext.allowPrivilegeEscalation", True, "no privilege escalation"),
    ("containers.0.securityContext.runAsNonRoot", False, "runs as no root"),
    ("containers.0.securityContext.runAsUser", 0, "as no user 0"),
    ("initContainers", [{"securityContext": {}}], "drops all capabilities"),
    ("securityContext.seccompProfile", {"type": "Unconfined"}, "seccomp"),
])
def test_each_rule_is_seen_to_be_broken(path, value, rule):
    assert faults(good()) == []
    pod = good()
    *parents, last = path.split(".")
    place = pod
    for key in parents:
        place = place[int(key)] if key.isdigit() else place[key]
    place[last] = value
    assert rule in faults(pod)
