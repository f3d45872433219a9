"""Plays the device to a phone: `posing.py CERTIFICATE DEVICE FILE`. Started as a script.

With a certificate of its own it answers in the device's place, asks the device itself, hands
everything on, and writes into FILE what it read. It says `ready` once it listens.
"""

import asyncio
import contextlib
import re
import ssl
import sys
from functools import partial
from pathlib import Path

PORT = 8766
PACKED = re.compile(rb"(?<=Accept-Encoding: )[^\r]*")


async def main(certificate: str, device: str, file: str) -> None:
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate)
    between = partial(stand_between, device=device, file=Path(file))
    server = await asyncio.start_server(between, "", PORT, ssl=own)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await server.serve_forever()


async def stand_between(
    phone: asyncio.StreamReader, to_phone: asyncio.StreamWriter, device: str, file: Path
) -> None:
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    answers, to_device = await asyncio.open_connection(device, PORT, ssl=anybody)
    await asyncio.gather(handed_on(phone, to_device, file), handed_on(answers, to_phone, file))


async def handed_on(heard: asyncio.StreamReader, to: asyncio.StreamWriter, file: Path) -> None:
    """All that comes; he has it sent unpacked, for he can change what he likes."""
    with contextlib.suppress(OSError), file.open("ab") as read:  # ssl.SSLError is one
        while content := await heard.read(65536):
            read.write(content)
            read.flush()
            to.write(PACKED.sub(b"identity", content))
            await to.drain()
    with contextlib.suppress(OSError):
        to.close()


asyncio.run(main(*sys.argv[1:]))
