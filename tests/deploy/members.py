"""Three mongods as compose.yaml starts them, on ports of this machine."""
import os
import pathlib
import subprocess
import sys
import time

from conftest import DEPLOY

sys.path.append(str(pathlib.Path(__file__).parents[1] / "tools"))
import ports  # noqa: E402

MEMBERS = ("mongo-1", "mongo-2", "mongo-3")
MONGOSH = pathlib.Path(__file__).parent / "node_modules/.bin/mongosh"
PATIENCE = 120


def replaced(text, what, by):
    assert what in text, f"{what} is not in {text}"
    return text.replace(what, by)


class Set:
    """The three members, their key and the passwords, each made as compose has it made."""

    def __init__(self, folder, compose):
        self.folder, self.services, self.processes = folder, compose["services"], {}
        self.ports = {name: ports.take() for name in MEMBERS}
        self.secrets = folder / "secrets"
        subprocess.run([DEPLOY / "docker/make-secrets", self.secrets], check=True)
        for path in self.secrets.glob("*-store-url"):
            path.write_text(self.here(path.read_text()))
        (folder / "configdb").mkdir()
        self.make_key()
        for name in MEMBERS:
            self.start(name)

    def here(self, text):
        """With the addresses of this machine in place of those in compose's network."""
        for name, port in self.ports.items():
            text = replaced(text, f"{name}:27017", f"127.0.0.1:{port}")
        return text

    def make_key(self):
        tool = self.services["mongo-key"]
        # Compose reads `$$` as `$`.
        script = replaced(tool["command"][0].replace("$$", "$"), "/data/configdb", f"{self.folder}/configdb")
        subprocess.run([*tool["entrypoint"], script], check=True)

    def start(self, name):
        data = self.folder / name
        data.mkdir(exist_ok=True)
        command = " ".join(map(str, self.services[name]["command"]))
        command = replaced(command, "/data/configdb", f"{self.folder}/configdb")
        command = replaced(command, "--bind_ip_all", f"--bind_ip 127.0.0.1 --port {self.ports[name]} --dbpath {data}")
        log = open(self.folder / f"{name}.log", "ab")
        self.processes[name] = subprocess.Popen([os.environ["MONGOD"], *command.split()], stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while not self.healthy(name):
            assert self.processes[name].poll() is None and time.monotonic() < deadline, (self.folder / f"{name}.log").read_text()

    def mongosh(self, *arguments):
        environment = {"HOME": str(self.folder), "PATH": os.environ["PATH"]}
        return subprocess.run([MONGOSH, *arguments], env=environment, capture_output=True, text=True, timeout=2 * PATIENCE)

    def healthy(self, name):
        """What the health check of a member's container says."""
        kind, program, *arguments = self.services[name]["healthcheck"]["test"]
        assert (kind, program) == ("CMD", "mongosh")
        arguments = [argument.replace("127.0.0.1/", f"127.0.0.1:{self.ports[name]}/") for argument in arguments]
        return self.mongosh(*arguments).returncode == 0

    def set_up(self):
        """Runs the container `mongo-setup` to its end."""
        program, *arguments = self.services["mongo-setup"]["entrypoint"]
        assert program == "mongosh"
        script = self.here((DEPLOY / "config/replica-set.js").read_text())
        file = self.folder / "replica-set.js"
        file.write_text(replaced(script, "/run/secrets/", f"{self.secrets}/"))
        arguments = [replaced(argument, "/etc/mongo/replica-set.js", str(file)) if argument.startswith("/") else
                     argument.replace("127.0.0.1/", f"127.0.0.1:{self.ports['mongo-1']}/") for argument in arguments]
        return self.mongosh(*arguments)

    def url(self, name):
        return (self.secrets / name).read_text().strip()

    def close(self):
        for process in self.processes.values():
            process.kill()
            process.wait()
