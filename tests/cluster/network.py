"""Hosts of the harness: a network namespace each, joined by a bridge, so that any two can be cut off from each other.

`tests/cluster/run` starts the harness in a network, mount and process namespace of its own. So addresses are free, nothing
reaches the machine's own network, and everything is gone when the harness ends.
"""
import pathlib
import subprocess

BRIDGE = "hosts"
PREFIX = "10.77.0."
# Nobody has this link address. What is sent to it arrives nowhere, as in a partition: nothing refuses it.
NOBODY = "02:00:00:00:00:fe"
# The harness and the balancer, and the name under which resource-service reaches auth-service.
ORIGIN, INNER = PREFIX + "1", PREFIX + "2"


def ip(*arguments, check=True):
    subprocess.run(["ip", *arguments], check=check, capture_output=True)


class Host:
    """A network namespace with one address. The last part of the address names it."""

    def __init__(self, name, number):
        self.name, self.address = name, f"{PREFIX}{number}"
        link = f"v{number}"
        ip("netns", "add", name)
        ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("link", "set", link, "master", BRIDGE, "up")
        for command in (("addr", "add", f"{self.address}/24", "dev", "eth0"), ("link", "set", "eth0", "up"),
                        ("link", "set", "lo", "up")):
            ip("-n", name, *command)
        self.cut = set()

    def command(self, arguments):
        """A command that runs in this host. It replaces `nsenter`, so the process id is its own."""
        return ["nsenter", f"--net=/run/netns/{self.name}", "--", *map(str, arguments)]

    def lose(self, address):
        """What this host sends to the address is lost from now on. Connections that are open hang; new ones time out."""
        ip("-n", self.name, "neigh", "replace", address, "lladdr", NOBODY, "dev", "eth0", "nud", "permanent")
        self.cut.add(address)

    def find_again(self, address):
        if address in self.cut:
            ip("-n", self.name, "neigh", "del", address, "dev", "eth0")
            self.cut.remove(address)

    def heal(self):
        for address in list(self.cut):
            self.find_again(address)

    def close(self):
        # The link goes at once; a namespace only when its last process has.
        ip("-n", self.name, "link", "del", "eth0")
        ip("netns", "del", self.name)


def cut(some, others):
    """Cuts every host of `some` off from every host of `others`, both ways."""
    for one in some:
        for other in others:
            one.lose(other.address)
            other.lose(one.address)


def build():
    """Makes the bridge, with the addresses of the harness, in place of an earlier one and its hosts."""
    names = pathlib.Path("/run/netns")
    if not names.exists():
        # `ip netns` keeps its names in files, which only this mount namespace is to have.
        subprocess.run(["mount", "-t", "tmpfs", "run", "/run"], check=True)
        ip("link", "set", "lo", "up")
    else:
        for name in names.iterdir():
            # The link goes at once; a namespace only when its last process has.
            ip("-n", name.name, "link", "del", "eth0")
            ip("netns", "del", name.name)
        ip("link", "del", BRIDGE)
    ip("link", "add", BRIDGE, "type", "bridge")
    for address in (ORIGIN, INNER):
        ip("addr", "add", f"{address}/24", "dev", BRIDGE)
    ip("link", "set", BRIDGE, "up")
