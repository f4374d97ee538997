"""Runs stock aiortc as a relay in a process of its own, the way its users build one: each track is added to the other.

What is received is decoded to PCM and encoded again; aiortc has no other way.
"""

import asyncio
from typing import TypeAlias

from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription

from benchmarks.peers.aiortc_calls import Answer, Count, Counted, Descriptions, Negotiated, counted
from benchmarks.peers.requests import answer

Request: TypeAlias = Answer | Negotiated | Count


class AiortcRelay:
    """All connections, two for each call."""

    def __init__(self) -> None:
        self._connections: list[RTCPeerConnection] = []

    async def handle(self, request: Request) -> Descriptions | str | Counted:
        """Do what is asked."""
        match request:
            case Answer(offers):
                return [await self._bridge(*pair) for pair in offers]
            case Negotiated():
                return _suite(self._connections[0])
            case Count():
                return await counted(self._connections)

    async def close(self) -> None:
        """Close all connections."""
        await asyncio.gather(*(connection.close() for connection in self._connections))

    async def _bridge(self, caller_offer: str, agent_offer: str) -> tuple[str, str]:
        caller, caller_track = await self._offered(caller_offer)
        agent, agent_track = await self._offered(agent_offer)
        caller.addTrack(agent_track)
        agent.addTrack(caller_track)
        return await _answer(caller), await _answer(agent)

    async def _offered(self, sdp: str) -> tuple[RTCPeerConnection, MediaStreamTrack]:
        connection = RTCPeerConnection()
        self._connections.append(connection)
        await connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        (transceiver,) = connection.getTransceivers()
        return connection, transceiver.receiver.track


def _suite(connection: RTCPeerConnection) -> str:
    """What DTLS chose, as SDP names it."""
    (transceiver,) = connection.getTransceivers()
    tls = transceiver.receiver.transport._ssl
    assert tls is not None, "asked once the call is connected"
    return tls.get_selected_srtp_profile().decode().removeprefix("SRTP_")


async def _answer(connection: RTCPeerConnection) -> str:
    await connection.setLocalDescription(await connection.createAnswer())
    return connection.localDescription.sdp


async def main() -> None:
    """Answer the benchmark until it closes standard input."""
    relay = AiortcRelay()
    try:
        await answer(Request, relay.handle)
    finally:
        await relay.close()


if __name__ == "__main__":
    asyncio.run(main())
