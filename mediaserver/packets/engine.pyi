"""Typed face of the native engine; the docstrings stand here for readers of the Python side."""

from collections.abc import Sequence

from mediaserver.packets.types import (
    Address,
    Cue,
    EngineCounters,
    EngineEvent,
    LegCounters,
    LegQuality,
    SrtpFunctions,
    SrtpSessions,
    Stream,
)

class Engine:
    """One UDP port and one thread that moves every packet without the GIL.

    Raises OSError when the address cannot be bound and ValueError for anything it is not given right.
    Methods may be called from the asyncio thread only; none of them blocks for longer than one batch.
    """

    def __init__(
        self,
        srtp: SrtpFunctions,
        comfort: Sequence[bytes],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        stall_ms: int = 200,
    ) -> None:
        """Bind the port. ``comfort`` are 20 ms Opus frames, looped wherever nothing else is to be heard."""

    @property
    def address(self) -> Address:
        """Where the port is bound."""

    def fileno(self) -> int:
        """An eventfd, readable while events wait."""

    def start(self) -> None:
        """Start the thread."""

    def close(self) -> None:
        """Stop the thread, free everything, close the port. Safe to call twice."""

    def events(self) -> list[EngineEvent]:
        """Take all waiting events and reset the eventfd."""

    def send(self, data: bytes, address: Address) -> None:
        """Send a STUN or DTLS datagram from the shared port; what the kernel refuses is counted, as if lost on the way.

        ValueError unless the address is numeric.
        """

    def add_clip(self, frames: Sequence[bytes]) -> int:
        """Copy 20 ms Opus frames into the engine; returns the clip. ValueError beyond 4096 clips."""

    def remove_clip(self, clip: int) -> None:
        """Free a clip. ValueError while a leg's playlist holds it."""

    def add_leg(self, stream: Stream) -> int:
        """A new leg that hears nothing and has no address and no keys yet; returns the leg.

        ValueError beyond 8192 legs.
        """

    def remove_leg(self, leg: int) -> None:
        """Free a leg. Legs that heard it hear comfort frames from now on."""

    def set_remote(self, leg: int, address: Address) -> None:
        """Where media of this leg goes to, and the only place it may come from. Set by ICE nomination alone.

        ValueError while another leg has the address: the two could not be told apart.
        """

    def secure(self, leg: int, sessions: SrtpSessions) -> None:
        """Key the leg. Nothing is sent before."""

    def play(self, leg: int, playlist: Sequence[Cue]) -> None:
        """Let the leg hear clips, from the next frame edge on; the very playlist that it hears already goes on.

        ValueError for more than 16 cues.
        """

    def listen(self, leg: int, source: int) -> None:
        """Let the leg hear another leg, from its next packet on; comfort frames until then."""

    def comfort(self, leg: int) -> None:
        """Let the leg hear comfort frames."""

    def mute(self, leg: int) -> None:
        """Send nothing to the leg, as before accept."""

    def counters(self, leg: int) -> LegCounters:
        """What this leg has seen."""

    def quality(self, leg: int) -> LegQuality:
        """Loss, jitter and round trip of this leg, from RTCP."""

    def totals(self) -> EngineCounters:
        """What the port has seen."""
