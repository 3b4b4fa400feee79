"""The Kubernetes files as kubectl renders them: the base, each overlay, and the base with each combination of components."""
import functools
import itertools
import os
import pathlib
import subprocess
import tempfile

import yaml

KUBERNETES = pathlib.Path(__file__).resolve().parents[2] / "deploy/kubernetes"
OVERLAYS = sorted(path.name for path in (KUBERNETES / "overlays").iterdir())
COMPONENTS = sorted(path.name for path in (KUBERNETES / "components").iterdir())
COMBINATIONS = ["+".join(chosen) for count in range(1, len(COMPONENTS) + 1)
                for chosen in itertools.combinations(COMPONENTS, count)]
# Everything that can be rendered, by the name that `rendering` takes.
RENDERINGS = ["base", *OVERLAYS, *COMBINATIONS]


class Manifests(list):
    """Rendered objects."""

    def of(self, kind):
        return [item for item in self if item["kind"] == kind]

    def one(self, kind, name):
        [item] = [item for item in self.of(kind) if item["metadata"]["name"] == name]
        return item

    def pods(self):
        """The template of each workload's pods, by the name of the workload."""
        workloads = self.of("Deployment") + self.of("StatefulSet") + self.of("Job")
        return {item["metadata"].get("name", "job"): item["spec"]["template"] for item in workloads}

    def container(self, service):
        [container] = self.one("Deployment", service)["spec"]["template"]["spec"]["containers"]
        return container

    def settings(self, service):
        """The environment of a service's container. A value that is read from a Secret is None."""
        container = self.container(service)
        [source] = container["envFrom"]
        settings = dict(self.one("ConfigMap", source["configMapRef"]["name"])["data"])
        for variable in container.get("env", []):
            assert variable["name"] not in settings, "set twice"
            settings[variable["name"]] = variable.get("value")
        return settings


def kustomize(folder):
    answer = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    # A warning says that a field is deprecated.
    assert not answer.stderr, answer.stderr
    return Manifests(yaml.safe_load_all(answer.stdout))


@functools.cache
def rendering(name):
    """The objects of the base, of an overlay, or of the base with the components whose names a `+` separates."""
    if name == "base" or name in OVERLAYS:
        return kustomize(KUBERNETES / ("base" if name == "base" else f"overlays/{name}"))
    with tempfile.TemporaryDirectory() as folder:
        components = [beside(folder, f"components/{component}") for component in name.split("+")]
        return overlaid(folder, components=components)


def beside(folder, path):
    """A path of the Kubernetes files, from a folder elsewhere."""
    return os.path.relpath(KUBERNETES / path, os.path.realpath(folder))


def overlaid(folder, **more):
    """The base with an overlay that has these fields, rendered in a folder."""
    overlay = {"namespace": "tessera", "resources": [beside(folder, "base")], **more}
    pathlib.Path(folder, "kustomization.yaml").write_text(yaml.safe_dump(overlay))
    return kustomize(folder)
