"""Writes what leaves an interface: a line of JSON for each kind of packet and whom it goes to.

`recorder.py INTERFACE`, until a signal. Started as a script, on the host whose packets count.
Lines read `tcp 192.168.77.2 from 8766`, `udp 224.0.0.251:5353`, `igmp 224.0.0.22`, `arp`.
"""

import json
import socket
import struct
import sys

ETH_P_ALL, ETH_P_IP, ETH_P_ARP, ETH_P_IPV6 = 0x0003, 0x0800, 0x0806, 0x86DD
OUTGOING = 4
"""PACKET_OUTGOING of linux/if_packet.h."""

ETHERNET_BYTES = 14
OURS = (8765, 8766)
"""The ports at which the page answers: whatever goes from them is an answer."""
HOP_BY_HOP, TCP, UDP, ICMPV6 = 0, 6, 17, 58
NAMES = {1: "icmp", 2: "igmp", TCP: "tcp", UDP: "udp", ICMPV6: "icmpv6"}
ICMPV6_NAMES = {131: "mld", 132: "mld", 133: "nd", 134: "nd", 135: "nd", 136: "nd", 143: "mld"}


def main(interface: str) -> None:
    seen = set()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)) as line:
        line.bind((interface, ETH_P_ALL))
        _say("ready")
        while True:
            packet, about = line.recvfrom(65536)
            if about[2] == OUTGOING and (told := _told(packet)) not in seen:
                seen.add(told)
                _say(told)


def _told(packet: bytes) -> str:
    (kind,) = struct.unpack_from("!H", packet, 12)
    if kind == ETH_P_ARP:
        return "arp"
    ip = packet[ETHERNET_BYTES:]
    if kind == ETH_P_IP:
        goes_to = socket.inet_ntop(socket.AF_INET, ip[16:20])
        return _of(ip[9], goes_to, ip[4 * (ip[0] & 15) :])
    if kind == ETH_P_IPV6:
        goes_to, protocol, rest = socket.inet_ntop(socket.AF_INET6, ip[24:40]), ip[6], ip[40:]
        if protocol == HOP_BY_HOP:
            protocol, rest = rest[0], rest[8 * (rest[1] + 1) :]
        return _of(protocol, goes_to, rest)
    return f"ethernet {kind:#06x}"


def _of(protocol: int, goes_to: str, rest: bytes) -> str:
    name = NAMES.get(protocol, str(protocol))
    if protocol == ICMPV6:
        return f"{ICMPV6_NAMES.get(rest[0], name)} {goes_to}"
    if protocol not in {TCP, UDP}:
        return f"{name} {goes_to}"
    source, destination = struct.unpack_from("!HH", rest)
    if protocol == TCP and source in OURS:
        return f"tcp {goes_to} from {source}"
    return f"{name} {goes_to}:{destination}"


def _say(what: str) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


main(*sys.argv[1:])
