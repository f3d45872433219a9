"""Writes where each packet goes that leaves an interface: a line of JSON for each destination.

`recorder.py INTERFACE`, until a signal. Started as a script, on the host whose packets count.
"""

import json
import socket
import struct
import sys

ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 = 0x0003, 0x0800, 0x86DD
OUTGOING = 4
"""PACKET_OUTGOING of linux/if_packet.h."""


def main(interface: str) -> None:
    seen = set()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL)) as line:
        line.bind((interface, ETH_P_ALL))
        _say("ready")
        while True:
            packet, about = line.recvfrom(65536)
            if about[2] == OUTGOING and (goes_to := _destination(packet)) not in seen:
                seen.add(goes_to)
                _say(goes_to)


def _destination(packet: bytes) -> str:
    (kind,) = struct.unpack_from("!H", packet, 12)
    if kind == ETH_P_IP:
        return socket.inet_ntop(socket.AF_INET, packet[30:34])
    if kind == ETH_P_IPV6:
        return socket.inet_ntop(socket.AF_INET6, packet[38:54])
    return f"ethernet {kind:#06x}"


def _say(what: str) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


main(*sys.argv[1:])
