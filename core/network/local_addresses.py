"""Which addresses are local ones. Pure."""

import ipaddress
from ipaddress import IPv4Address, IPv6Address

Address = IPv4Address | IPv6Address

PRIVATE_NETWORKS = (
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"),
    *("fc00::/7", "fe80::/10"),
)
"""RFC 1918, 3927, 4193 and 4291: what an address on a local network can be."""

_NETWORKS = [ipaddress.ip_network(each) for each in PRIVATE_NETWORKS]


def is_local(address: Address) -> bool:
    """True for an address that only a local network has."""
    return any(address in network for network in _NETWORKS)


def is_public(address: Address) -> bool:
    """True where what is sent there leaves the local network."""
    found = address
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        found = address.ipv4_mapped
    return not (is_local(found) or found.is_loopback or found.is_unspecified)
