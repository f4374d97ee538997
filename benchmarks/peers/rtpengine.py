"""Owns rtpengine as a relay: one process in user space, and calls set up by offer and answer with SDES keys."""

import asyncio
import base64
import itertools
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import IO, NamedTuple

from benchmarks.peers.ng import NgClient, Refused, Reply, Value
from benchmarks.peers.processes import Ended, PinnedProcess, daemon
from benchmarks.peers.sides import Absent, Call, Side, Suite
from mediaserver.packets.types import Address

_HOST = "127.0.0.1"
_PORTS = (32_768, 60_999)
"""Media ports: room for 7000 calls of four ports, and nobody else's on a machine that runs a benchmark."""
_HELLO_S = 0.1
"""Between two questions whether it is up yet."""
_HELLOS = 100
_LOG_TAIL = 500
"""Characters of the log that say why it did not start."""


class Rtpengine:
    """A running rtpengine."""

    def __init__(self, process: PinnedProcess, control: NgClient, version: str) -> None:
        self.version = version
        """As rtpengine names it."""
        self._process = process
        self._control = control
        self._calls: list[str] = []
        self._numbers = itertools.count(1)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    async def alive_for(self, seconds: float) -> None:
        """Wait so long. Raises Ended if the process ends before."""
        await self._process.alive_for(seconds)

    async def bridge(self, calls: Sequence[Call]) -> list[Call]:
        """Set the calls up one after the other."""
        return [await self._bridge(caller, agent) for caller, agent in calls]

    async def join(self) -> None:
        """Nothing is left to do: it forwards from the answer on."""

    async def end(self) -> int:
        """End all calls. It sends only what it is sent."""
        while self._calls:
            await self._control.ask("delete", {"call-id": self._calls.pop(), "from-tag": "caller", "delete-delay": 0})
        return 0

    async def _bridge(self, caller: Side, agent: Side) -> Call:
        assert caller.suite != agent.suite, "rtpengine hands equal suites through with the parties' own keys"
        self._calls.append(f"call-{next(self._numbers)}")
        common: dict[str, Value] = {"call-id": self._calls[-1], "from-tag": "caller", "ICE": "remove"}
        offer = {**common, "sdp": describe(caller, tag=1), "DTLS": "off", "rtcp-mux": ["require"]}
        offered = description(await self._control.ask("offer", offer))
        towards_agent = accepted(offered, agent.suite)
        answer = {**common, "sdp": describe(agent, tag=towards_agent.tag), "to-tag": "agent"}
        answered = description(await self._control.ask("answer", answer))
        return accepted(answered, caller.suite).side, towards_agent.side


@asynccontextmanager
async def rtpengine(*, core: int) -> AsyncIterator[Rtpengine]:
    """Run rtpengine until the end of the block, without its kernel module. Raises Absent if it cannot run."""
    if shutil.which("rtpengine") is None:
        raise Absent("rtpengine is not installed; on Debian and Ubuntu: apt-get install rtpengine-daemon")
    with tempfile.TemporaryFile() as log:
        address = (_HOST, _free_port())
        async with daemon(*_command(address), core=core, log=log.fileno()) as process:
            control = NgClient(address)
            try:
                await _up(process, control, log)
                yield Rtpengine(process, control, await _version())
            finally:
                control.close()


async def _version() -> str:
    """What ``rtpengine --version`` says, as in "Version: 10.5.3.5-1+deb12u1"."""
    process = await asyncio.create_subprocess_exec(
        "rtpengine", "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return f"rtpengine {said.decode().removeprefix('Version:').strip()}"


def _command(control: Address) -> list[str]:
    options = {
        "table": -1,  # User space only.
        "config-file": "none",
        "interface": _HOST,
        "listen-ng": f"{control[0]}:{control[1]}",
        "port-min": _PORTS[0],
        "port-max": _PORTS[1],
        "num-threads": 1,  # It has one core; more threads only take turns on it.
        "log-level": 4,  # Warnings: no line per call.
    }
    return ["rtpengine", "--foreground", "--log-stderr", *(f"--{name}={value}" for name, value in options.items())]


async def _up(process: PinnedProcess, control: NgClient, log: IO[bytes]) -> None:
    for _ in range(_HELLOS):
        try:
            await control.ask("ping")
        except ConnectionRefusedError:
            pass
        else:
            return
        try:
            await process.alive_for(_HELLO_S)
        except Ended as error:
            log.seek(0)
            raise Absent(f"rtpengine did not start: {log.read().decode()[-_LOG_TAIL:]}") from error
    raise Absent("rtpengine started but does not answer")


def describe(side: Side, *, tag: int) -> str:
    """The session description of a party that speaks SRTP with its own key (RFC 4568); an answer repeats the tag."""
    lines = (
        "v=0",
        f"o=- 1 1 IN IP4 {side.host}",
        "s=-",
        f"c=IN IP4 {side.host}",
        "t=0 0",
        f"m=audio {side.port} RTP/SAVP 111",
        "a=rtpmap:111 opus/48000/2",
        "a=rtcp-mux",
        f"a=crypto:{tag} {side.suite} inline:{base64.b64encode(side.key).decode()}",
    )
    return "".join(f"{line}\r\n" for line in lines)


class Accepted(NamedTuple):
    """A crypto attribute of rtpengine's session description, and where it applies."""

    side: Side
    tag: int


def description(reply: Mapping[str, Reply]) -> str:
    """The session description in an answer of rtpengine."""
    sdp = reply["sdp"]
    assert isinstance(sdp, bytes), "rtpengine writes session descriptions as text"
    return sdp.decode()


def accepted(sdp: str, suite: Suite) -> Accepted:
    """Where rtpengine wants this party's media, and under which key of this suite it sends."""
    lines = sdp.splitlines()
    host = next(line.split()[-1] for line in lines if line.startswith("c="))
    port = next(int(line.split()[1]) for line in lines if line.startswith("m=audio "))
    for line in lines:
        if line.startswith("a=crypto:") and line.split()[1] == suite:
            tag, _, parameter = line.removeprefix("a=crypto:").split()[:3]
            key = parameter.removeprefix("inline:").partition("|")[0]
            return Accepted(Side(host, port, suite, base64.b64decode(key + "=" * (-len(key) % 4))), int(tag))
    raise Refused(f"rtpengine does not offer {suite}")


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port
