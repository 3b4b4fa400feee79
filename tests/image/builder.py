"""Builds the real Dockerfile with buildah, without a registry and without a daemon.

The images that it names are stood in for by local ones. In the short form the stages that compile are replaced by what
`tests/run` has built: debug binaries without their symbols, on a base with the libraries that they are linked to. In the long
form (`tests/image/run --release`) every instruction runs, with the compiler and the Node of this machine, on an empty base.
"""
import json
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "deploy/docker/Dockerfile"
CONSOLE = ROOT / "resource-service/web/dist"
SERVICES = ("auth-service", "resource-service")
#: What deploy/docker/sbom.py is asked for in the Dockerfile, by service.
DEBIAN = "ca-certificates,libc6,tzdata"
LOCK = ROOT / "resource-service/web/package-lock.json"
LABELS = {
    "VERSION": "9.8.7",
    "REVISION": "4f1d",
    "SOURCE": "https://git.example.org/tessera",
    "CREATED": "2026-01-02T03:04:05Z",
}


def bill(service):
    """The bill of materials as the Dockerfile has it made."""
    target = subprocess.run(["rustc", "--print", "host-tuple"], check=True, capture_output=True, text=True).stdout.strip()
    npm = ["--npm", LOCK] if service == "resource-service" else []
    command = [ROOT / "deploy/docker/sbom.py", service, target, "--debian", DEBIAN, *npm]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Builder:
    """Images in a store of their own in memory, which ends with the process: some 600 MiB in the short form."""

    def __init__(self, cache, release):
        self.folder, self.debian, self.release = cache / "image", cache / "debian", release
        self.folder.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4g", "tessera-image", self.folder], check=True)
        # What the long form compiles is kept for the next one.
        kept = cache / "buildah" if release else self.folder / "tmp"
        kept.mkdir(exist_ok=True)
        store = self.folder / "storage.conf"
        self.environment = os.environ | {
            "CONTAINERS_STORAGE_CONF": str(store), "BUILDAH_ISOLATION": "chroot", "TMPDIR": str(kept)
        }
        # Where the kernel refuses to lay folders over each other, as inside some containers, each layer is a copy.
        for driver in ("overlay", "vfs"):
            store.write_text(f'[storage]\ndriver = "{driver}"\nrunroot = "{self.folder}/run"\ngraphroot = "{self.folder}/{driver}"\n')
            if subprocess.run(["buildah", "info"], env=self.environment, capture_output=True).returncode == 0:
                break

    def buildah(self, *arguments):
        answer = subprocess.run(
            ["buildah", *map(str, arguments)], env=self.environment, capture_output=True, text=True, timeout=3600
        )
        assert answer.returncode == 0, f"buildah {arguments[0]}: {answer.stderr[-4000:]}"
        return answer.stdout.strip()

    def stand_in(self, name, instructions, context):
        file = self.folder / f"{name}.Dockerfile"
        file.write_text("\n".join(instructions))
        image = f"localhost/tessera-tests/{name}:1"
        self.buildah("build", "--quiet", "--layers=false", "--tag", image, "--file", file, context)
        return image

    def built(self):
        """Both images of the Dockerfile, by the service's name."""
        arguments = self.compilers() if self.release else self.replaced()
        images = {}
        for service in SERVICES:
            images[service] = f"localhost/tessera/{service}:test"
            options = [f"--build-arg={name}={value}" for name, value in LABELS.items()]
            self.buildah("build", "--layers=false", "--target", service, "--tag", images[service], "--file", DOCKERFILE,
                         *options, *arguments, ROOT)
        return images

    def replaced(self):
        """What is handed in for the stages that compile."""
        out = self.folder / "binaries/out"
        (out / "keys").mkdir(parents=True)
        unused = shutil.ignore_patterns("posix", "right")
        shutil.copytree(self.debian / "usr/share/zoneinfo", out / "zoneinfo", symlinks=True, ignore=unused)
        for service in SERVICES:
            built = pathlib.Path(os.environ["TESSERA_BIN_DIR"]) / service
            subprocess.run(["strip", "-o", out / service, built], check=True)
            (out / f"{service}.cdx.json").write_text(bill(service))
        shutil.copytree(CONSOLE, self.folder / "console/dist")
        base = self.stand_in("base", ["FROM scratch", "COPY . /"], self.debian)
        binaries = self.stand_in("binaries", [f"FROM {base}", "COPY out /out"], out.parent)
        console = self.stand_in("console", ["FROM scratch", "COPY dist /src/dist"], self.folder / "console")
        images = {"BASE_IMAGE": base, "BINARIES": binaries, "CONSOLE": console}
        return ["--pull=never", *(f"--build-arg={name}={image}" for name, image in images.items())]

    def compilers(self):
        """The compilers of this machine in place of the images of Rust and of Node: an empty system that has its folders."""
        folder = self.folder / "compilers"
        certificates = folder / "etc/ssl/certs/ca-certificates.crt"
        certificates.parent.mkdir(parents=True)
        shutil.copy(f"/{certificates.relative_to(folder)}", certificates)
        shutil.copytree(self.debian / "usr/share/zoneinfo", folder / "usr/share/zoneinfo", symlinks=True)
        for name in ("bin", "lib", "lib64", "sbin"):
            (folder / name).symlink_to(f"usr/{name}")
        sysroot = subprocess.run(["rustc", "--print", "sysroot"], check=True, capture_output=True, text=True).stdout.strip()
        image = self.stand_in(
            "compilers",
            [
                "FROM scratch", "COPY . /",
                f"ENV PATH={sysroot}/bin:/usr/bin:/bin CARGO_HOME=/usr/local/cargo HOME=/root",
                # Node has certificates of its own; those of this machine may have more.
                "ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt",
            ],
            folder,
        )
        mounts = [sysroot, *(f"/usr/{name}" for name in ("bin", "lib", "lib64", "include")), "/var/lib/dpkg", "/etc/alternatives"]
        options = [f"--volume={path}:{path}:ro" for path in mounts]
        # buildah 1.28 finds a stage only where the command line names it.
        images = {"RUST_IMAGE": image, "NODE_IMAGE": image, "BINARIES": "binaries-build", "CONSOLE": "console-build"}
        return ["--pull=never", *options, *(f"--build-arg={name}={value}" for name, value in images.items())]

    def described(self, image):
        return json.loads(self.buildah("inspect", "--type", "image", image))

    def unpacked(self, image):
        """A folder with the file system of an image."""
        return pathlib.Path(self.buildah("mount", self.buildah("from", "--pull-never", image)))
