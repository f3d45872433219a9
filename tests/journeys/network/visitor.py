"""A visitor on another host: one request, and what came of it as JSON. Started as a script.

Its argument is JSON: `how` is `plain` or `tls`, `host` and `port` where it goes, `name` what is
asked for and what the certificate must be for, `root` the authority that is trusted (`root_text`
what is in it), `source` its own address where that is not the first, and `user` who it is, where
that is not root.
"""

import json
import os
import socket
import ssl
import sys


def main(asked: dict[str, str]) -> None:
    if "user" in asked:
        asked["host"].encode("idna")  # what is loaded late, another user may not read
        os.setgid(int(asked["user"]))
        os.setuid(int(asked["user"]))
    here = (asked["source"], 0) if "source" in asked else None
    try:
        with socket.create_connection((asked["host"], int(asked["port"])), 30, here) as line:
            spoken = _wrapped(line, asked) if asked["how"] == "tls" else line
            told = _asked(spoken, asked["name"])
    except OSError as error:
        told = {"error": type(error).__name__}
    sys.stdout.write(json.dumps(told))


def _wrapped(line: socket.socket, asked: dict[str, str]) -> ssl.SSLSocket:
    trusting = ssl.create_default_context(cafile=asked.get("root"), cadata=asked.get("root_text"))
    return trusting.wrap_socket(line, server_hostname=asked["name"])


def _asked(line: socket.socket, name: str) -> dict[str, object]:
    with line:
        line.sendall(f"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: line.recv(65536), b"")).decode("utf-8", "replace")
    head, _, body = answer.partition("\r\n\r\n")
    lines = head.split("\r\n")
    status = int(lines[0].split()[1]) if head else None
    headers = dict(each.split(": ", 1) for each in lines[1:])
    return {"status": status, "headers": headers, "body": body}


main(json.loads(sys.argv[1]))
