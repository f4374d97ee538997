"""Owns the proof that a relay decrypts and encrypts anew: what the agent gets opens with the relay's key only.

Both parties are plain sockets with contexts of libsrtp of their own; no engine is asked.
"""

import asyncio
import socket
import struct

from pylibsrtp import Error, Policy, Session

from benchmarks.peers.keying import PROFILES
from benchmarks.peers.relay_process import PAYLOAD_TYPE
from benchmarks.peers.sides import Relay, Side, Suite, Suites

_PACKETS = 100
"""Sent at most, 20 ms apart: a relay may need the first ones to learn where they come from."""
_INTERVAL_S = 0.02
_WORDS = b"\xf8" + b"only the two parties and the relay between them"


class NotRelayed(Exception):
    """A relay did not deliver a packet, or not as it must; the text says which."""


async def prove_reencryption(relay: Relay, suites: Suites) -> None:
    """Send a packet through one call and look under which keys it arrives. Raises NotRelayed."""
    with _socket() as caller_socket, _socket() as agent_socket:
        caller = _side(caller_socket, suites.caller)
        agent = _side(agent_socket, suites.agent)
        ((towards_caller, towards_agent),) = await relay.bridge([(caller, agent)])
        await relay.join()
        if towards_agent.key == caller.key:
            raise NotRelayed("the relay sends with the caller's key")
        out = _session(caller.key, suites.caller, Policy.SSRC_ANY_OUTBOUND)
        relays = _session(towards_agent.key, suites.agent, Policy.SSRC_ANY_INBOUND)
        callers = [_session(caller.key, suite, Policy.SSRC_ANY_INBOUND) for suite in _of_equal_keys(suites)]
        loop = asyncio.get_running_loop()
        for sequence in range(_PACKETS):
            await loop.sock_sendto(caller_socket, out.protect(_packet(sequence)), towards_caller.address)
            received = await _next(agent_socket)
            if received is not None and _opened(relays, received) == _WORDS:
                if any(_opened(session, received) is not None for session in callers):
                    raise NotRelayed("what the agent gets opens with the caller's key")
                return
        raise NotRelayed("nothing of what the caller sent came to the agent")


def _of_equal_keys(suites: Suites) -> set[Suite]:
    """The suites that the caller's key fits: its own, and the agent's if its keys are as long."""
    return {suite for suite in suites if len(suite.fresh_key()) == len(suites.caller.fresh_key())}


def _session(key: bytes, suite: Suite, direction: int) -> Session:
    return Session(Policy(key, direction, srtp_profile=PROFILES[suite]))


def _socket() -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setblocking(False)
    opened.bind(("127.0.0.1", 0))
    return opened


def _side(opened: socket.socket, suite: Suite) -> Side:
    host, port = opened.getsockname()
    return Side(host, port, suite, suite.fresh_key())


def _packet(sequence: int) -> bytes:
    return struct.pack("!BBHLL", 0x80, PAYLOAD_TYPE, sequence, sequence * 960, 0x0C0FFEE0) + _WORDS


async def _next(at: socket.socket) -> bytes | None:
    try:
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(at, 2048), _INTERVAL_S)
    except TimeoutError:
        return None


def _opened(session: Session, data: bytes) -> bytes | None:
    """The payload, or None if the key is another's or the packet is RTCP."""
    if len(data) < 12 or 192 <= data[1] <= 223:
        return None
    try:
        return session.unprotect(data)[12:]
    except Error:
        return None
