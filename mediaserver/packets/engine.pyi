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
    Tapped,
)

class Engine:
    """A few UDP ports and one thread that moves every packet without the GIL.

    A leg is known by its remote address and the port of ours that it speaks to, so legs behind one address need
    one port each. Where a ``port`` may be left out, the first one is meant.

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
        ports: int = 1,
        stall_ms: int = 200,
        lost_ms: int = 2000,
        inaudible_ms: int = 8000,
    ) -> None:
        """Bind ``ports`` consecutive ports from ``port`` on, or any free ones for 0; at most 256.

        ``comfort`` are 20 ms Opus frames, looped wherever nothing else is to be heard. ``stall_ms`` is the silence of a
        source after which they fill in, ``lost_ms`` that of a leg after which LEG_SILENT is told. ``inaudible_ms`` is
        how long a leg sends nothing that can be heard before LEG_INAUDIBLE is told; it may take half as long again,
        for nobody listens all the time.
        """

    @property
    def address(self) -> Address:
        """Where the first port is bound."""

    @property
    def ports(self) -> tuple[int, ...]:
        """The numbers of all ports."""

    def fileno(self) -> int:
        """An eventfd, readable while events wait."""

    def start(self) -> None:
        """Start the thread."""

    def close(self) -> None:
        """Stop the thread, free everything, close the port. Safe to call twice."""

    def events(self) -> list[EngineEvent]:
        """Take all waiting events and reset the eventfd."""

    def send(self, data: bytes, address: Address, port: int | None = None) -> None:
        """Send a STUN or DTLS datagram; what the kernel refuses is counted, as if lost on the way.

        ValueError unless the address is numeric and the port is one of ours.
        """

    def add_clip(self, frames: Sequence[bytes]) -> int:
        """Copy 20 ms Opus frames into the engine; returns the clip. ValueError beyond 4096 clips."""

    def remove_clip(self, clip: int) -> None:
        """Free a clip. ValueError while a leg's playlist holds it."""

    def add_leg(self, stream: Stream) -> int:
        """A new leg that hears nothing and has no address and no keys yet; returns the leg.

        LegsExhausted beyond 8192 legs.
        """

    def remove_leg(self, leg: int) -> None:
        """Free a leg. Legs that heard it hear comfort frames from now on."""

    def set_remote(self, leg: int, address: Address, port: int | None = None) -> None:
        """Where media of this leg goes to and the only place it may come from, and our port for it.

        Set by ICE nomination alone. ValueError while another leg has the pair: the two could not be told apart.
        """

    def secure(self, leg: int, sessions: SrtpSessions) -> None:
        """Key the leg. Nothing is sent before."""

    def play(self, leg: int, playlist: Sequence[Cue]) -> None:
        """Let the leg hear clips, from the next frame edge on; the very playlist that it hears already goes on.

        ValueError for more than 16 cues.
        """

    def listen(self, leg: int, source: int) -> None:
        """Let the leg hear another leg as it speaks, from its next packet on; comfort frames until then."""

    def mix(self, leg: int, sources: Sequence[int]) -> None:
        """Let the leg hear two or three other legs at once, 40 to 60 ms late; the mix that it hears already goes on.

        A source that is silent adds nothing; comfort frames while all of them are. A source that is removed is left
        out. ValueError for other numbers of sources, and for the leg itself among them.
        """

    def comfort(self, leg: int) -> None:
        """Let the leg hear comfort frames."""

    def mute(self, leg: int) -> None:
        """Send nothing to the leg, as before accept."""

    def send_digits(self, leg: int, digits: str) -> None:
        """Press keys for the leg in place of its sound, 100 ms each with 80 ms between them; they wait for each other.

        Nothing is pressed while the leg is muted, and muting it forgets them. ValueError for what is no key, for more
        than 32 that wait, and for a leg without telephone-event.
        """

    def tap(self, leg: int, capacity: int) -> None:
        """Keep a copy of every packet of sound that comes in from the leg, until the leg is removed.

        ``capacity`` is in bytes, of payloads and 16 more for each; what comes when it is full is counted and not kept.
        ValueError if the leg is tapped already.
        """

    def take_tap(self, leg: int) -> Tapped:
        """Take what was tapped since the last time. ValueError unless the leg is tapped."""

    def counters(self, leg: int) -> LegCounters:
        """What this leg has seen."""

    def quality(self, leg: int) -> LegQuality:
        """Loss, jitter and round trip of this leg, from RTCP."""

    def totals(self) -> EngineCounters:
        """What the port has seen."""
