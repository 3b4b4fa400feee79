"""Whether network policies let one pod reach another: the meaning of `networking.k8s.io/v1`, for one cluster on paper.

A connection is allowed if the egress rules of its source and the ingress rules of its target allow it. Rules add up; a pod
that no policy chooses for a direction is open in that direction.
"""
import ipaddress
from dataclasses import dataclass, field

HOME = "tessera"


@dataclass(frozen=True)
class Pod:
    """One end of a connection. Without a namespace it is outside of the cluster and has its address only."""

    namespace: str | None = HOME
    labels: dict = field(default_factory=dict)
    ports: dict = field(default_factory=dict)
    address: str = "10.244.1.7"


def chosen(selector, labels):
    """Whether a label selector means these labels. An empty one means all."""
    operators = {
        "In": lambda have, values: have in values,
        "NotIn": lambda have, values: have not in values,
        "Exists": lambda have, _: have is not None,
        "DoesNotExist": lambda have, _: have is None,
    }
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        operators[rule["operator"]](labels.get(rule["key"]), rule.get("values"))
        for rule in selector.get("matchExpressions", [])
    )


def is_peer(peer, pod, home):
    """Whether an entry of `from` or `to` in a policy of the namespace `home` means a pod."""
    if "ipBlock" in peer:
        assert set(peer) == {"ipBlock"}
        address, block = ipaddress.ip_address(pod.address), peer["ipBlock"]
        inside = address in ipaddress.ip_network(block["cidr"])
        return inside and not any(address in ipaddress.ip_network(one) for one in block.get("except", []))
    if pod.namespace is None:
        return False
    here = pod.namespace == home
    if "namespaceSelector" in peer:
        here = chosen(peer["namespaceSelector"], {"kubernetes.io/metadata.name": pod.namespace})
    return here and chosen(peer.get("podSelector", {}), pod.labels)


def is_port(rule, port, protocol, target):
    """Whether an entry of `ports` means a port of the target; a name is one of the target's own."""
    if rule.get("protocol", "TCP") != protocol:
        return False
    if "port" not in rule:
        return True
    first = rule["port"] if isinstance(rule["port"], int) else target.ports.get(rule["port"])
    return first is not None and first <= port <= rule.get("endPort", first)


def allowed(policies, source, target, port, protocol="TCP"):
    """Whether `source` may open a connection to a port of `target`."""
    return all(
        pod.namespace is None or side_allows(policies, direction, peers, (pod, other), (port, protocol, target))
        for direction, peers, pod, other in
        [("Egress", "to", source, target), ("Ingress", "from", target, source)]
    )


def side_allows(policies, direction, peers, pair, connection):
    """Whether the policies that choose the first of two pods allow the connection in one direction."""
    pod, other = pair
    mine = [
        policy for policy in policies
        if policy["metadata"]["namespace"] == pod.namespace
        and direction in policy["spec"]["policyTypes"]
        and chosen(policy["spec"]["podSelector"], pod.labels)
    ]
    rules = [(rule, policy["metadata"]["namespace"])
             for policy in mine for rule in policy["spec"].get(direction.lower(), [])]
    return not mine or any(
        (peers not in rule or any(is_peer(peer, other, home) for peer in rule[peers]))
        and ("ports" not in rule or any(is_port(one, *connection) for one in rule["ports"]))
        for rule, home in rules
    )
