"""Owns how the engine's UDP ports are opened. What goes through them is the native thread's alone."""

import contextlib
import socket

BUFFER_BYTES = 4 << 20
"""Of each direction: a second of a thousand calls while the thread is held up."""
SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33
"""asm-generic/socket.h; Python has no names for these two."""


def open_sockets(host: str, port: int, count: int) -> list[socket.socket]:
    """Bind ``count`` consecutive ports, or any free ones for port 0. On an IPv6 host they serve IPv4 too.

    Raises OSError, and leaves none open, if one of them cannot be bound.
    """
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(_open(host)) for _ in range(count)]
        for at, opened in enumerate(sockets):
            opened.bind((host, port and port + at))
        stack.pop_all()
        return sockets


def _open(host: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET6:
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    for forced, plain in ((SO_RCVBUFFORCE, socket.SO_RCVBUF), (SO_SNDBUFFORCE, socket.SO_SNDBUF)):
        try:
            opened.setsockopt(socket.SOL_SOCKET, forced, BUFFER_BYTES)
        except PermissionError:
            # Without CAP_NET_ADMIN the kernel grants what net.core.rmem_max and wmem_max allow.
            opened.setsockopt(socket.SOL_SOCKET, plain, BUFFER_BYTES)
    opened.setblocking(False)
    return opened
