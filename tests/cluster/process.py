"""One process of the cluster: started in its host, read from its log, signalled by its own id."""
import json
import os
import signal
import subprocess
import time

# How long a process may take to do what the harness waits for, on a slow and loaded machine.
PATIENCE = 90


class Process:
    """A program in a host. It may be started again after its end; each start has a log of its own."""

    def __init__(self, name, host, folder, arguments, environment=None):
        self.name, self.host, self.folder = name, host, folder
        self.arguments, self.environment = arguments, dict(environment or {})
        self.child, self.starts, self.frozen = None, 0, False

    @property
    def log(self):
        return self.folder / f"{self.name}.{self.starts}.log"

    def start(self, **more):
        """Starts the program, with further variables in its environment."""
        assert not self.running, f"{self.name} runs already"
        self.starts += 1
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **self.environment, **more}
        with open(self.log, "w") as log:
            command = self.host.command(self.arguments)
            self.child = subprocess.Popen(command, env=environment, cwd=self.folder, stdin=subprocess.DEVNULL,
                                          stdout=log, stderr=log)
        self.frozen = False
        return self

    @property
    def running(self):
        return self.child is not None and self.child.poll() is None

    def signal(self, number):
        """Sends a signal to this process alone."""
        assert self.running, f"{self.name} has ended: {self.tail()}"
        self.child.send_signal(number)

    def kill(self):
        if self.running:
            self.child.kill()
            self.child.wait()

    def freeze(self):
        self.signal(signal.SIGSTOP)
        self.frozen = True

    def thaw(self):
        if self.running and self.frozen:
            self.signal(signal.SIGCONT)
        self.frozen = False

    def end(self, patience=PATIENCE):
        """Waits for the end, and returns the exit status and the seconds that it took. None: it did not end in time."""
        began = time.monotonic()
        try:
            status = self.child.wait(patience)
        except subprocess.TimeoutExpired:
            status = None
        return status, time.monotonic() - began

    def entries(self):
        """The entries of the current log that are JSON."""
        for line in self.log.read_text(errors="replace").splitlines():
            if line.startswith("{"):
                try:
                    yield json.loads(line)
                except ValueError:
                    continue

    def tail(self):
        return self.log.read_text(errors="replace")[-2000:] if self.starts else ""
