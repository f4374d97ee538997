"""Owns one UDP socket that knows when the kernel received each datagram.

The caller's ear must not charge the product for a pause of the simulator's own event loop, so arrival is read from the
kernel (SO_TIMESTAMPNS), not from the moment Python got round to reading. Linux only, like the packet engine.
"""

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable
from typing import Protocol, TypeAlias

Address: TypeAlias = tuple[str, int]
"""IP address as text, and port."""
Receive: TypeAlias = Callable[[bytes, Address, float], None]
"""Takes a datagram, its sender, and its arrival in seconds on the monotonic clock."""

_SO_TIMESTAMPNS = 35
"""asm-generic/socket.h: the control message is a timespec of the real-time clock."""
_TIMESPEC = struct.Struct("@ll")
_MAX_DATAGRAM = 2048
_MOMENT_S = 0.0005
"""Readings of two clocks that are no further apart are of one moment, in seconds."""
_BATCH = 32
"""Datagrams read before other sockets get their turn."""


class Socket(Protocol):
    """What ICE needs of a bound socket."""

    @property
    def address(self) -> Address:
        """Where it is bound."""

    def send(self, datagram: bytes, address: Address) -> None:
        """Send at once."""

    def close(self) -> None:
        """Release the port. Safe to call twice."""


class UdpSocket:
    """A bound socket that hands every datagram to ``receive``. Close it when done."""

    def __init__(self, host: str, port: int, receive: Receive) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            self._socket.bind((host, port))
        except OSError:
            self._socket.close()
            raise
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._read)

    @property
    def address(self) -> Address:
        """Where it is bound."""
        host, port = self._socket.getsockname()[:2]
        return host, port

    def send(self, datagram: bytes, address: Address) -> None:
        """Send at once. A full or refusing network loses the datagram, as networks do."""
        with contextlib.suppress(OSError):
            self._socket.sendto(datagram, address)

    def close(self) -> None:
        """Release the port. What has come by now is still received. Safe to call twice."""
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            # The event loop may be behind the network: the last words came before the hang-up that was read first.
            self._read()
            self._socket.close()

    def _read(self) -> None:
        for _ in range(_BATCH):
            try:
                data, control, _, sender = self._socket.recvmsg(_MAX_DATAGRAM, 64)
            except OSError:
                # Nothing left, the socket was closed by the last receiver, or an ICMP error of an earlier send.
                return
            self._receive(data, (sender[0], sender[1]), _arrival(control))


def _arrival(control: list[tuple[int, int, bytes]]) -> float:
    """The kernel's time of arrival, moved from the real-time to the monotonic clock by the datagram's age."""
    now, real = _now()
    for level, kind, data in control:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS:
            seconds, nanoseconds = _TIMESPEC.unpack_from(data)
            age: float = max(0.0, real - seconds - nanoseconds * 1e-9)
            return now - age
    return now


def _now() -> tuple[float, float]:
    """The monotonic and the real-time clock at one moment: read again if the process lost its core in between."""
    while True:
        before, real, after = time.monotonic(), time.time(), time.monotonic()
        if after - before < _MOMENT_S:
            return after, real
