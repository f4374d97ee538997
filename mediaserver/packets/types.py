"""Owns the words spoken between the packet engine and asyncio. Plain data, no behaviour."""

import enum
from typing import NamedTuple, TypeAlias

Address: TypeAlias = tuple[str, int]
"""IP address as text, and port."""


class SrtpFunctions(NamedTuple):
    """Addresses of libsrtp's C functions, so that the engine calls the library that aiortc ships."""

    protect: int
    unprotect: int
    protect_rtcp: int
    unprotect_rtcp: int


class OpusFunctions(NamedTuple):
    """Addresses of libopus's C functions, named as there without ``opus_``; the engine calls the library of PyAV."""

    encoder_create: int
    encoder_destroy: int
    encoder_ctl: int
    encode: int
    decoder_create: int
    decoder_destroy: int
    decoder_ctl: int
    decode: int


class Stream(NamedTuple):
    """What one leg negotiated. Payload types are the numbers of this leg's SDP; -1 means not negotiated."""

    ssrc: int
    """The SSRC we send with, for the whole call."""
    payload_type: int
    """Opus."""
    dtmf_payload_type: int = -1
    """telephone-event."""
    dtmf_clock: int = 8000
    """Hertz of telephone-event: 8000, or 48000 with some browsers. Its timestamps are Opus's all the same."""
    cname: str = "ringbridge"
    """What the SDP calls this end (RFC 3550 6.5.1): 1 to 64 characters of ASCII."""


class SrtpSessions(NamedTuple):
    """The keyed contexts of one leg: ``srtp_t`` pointers, and what keeps them alive."""

    inbound: int
    outbound: int
    owner: object


class Cue(NamedTuple):
    """One item of a playlist: a clip, and how often it is played (0: for ever)."""

    clip: int
    repeats: int = 1
    start: int = 0
    """The frame with which the first of its rounds begins, so that music goes on where it was."""


class LegsExhausted(Exception):
    """The engine has as many legs as it can have."""

    def __init__(self) -> None:
        super().__init__("the media server is full")


class Datagram(NamedTuple):
    """A STUN or DTLS datagram that came in."""

    data: bytes
    address: Address
    """Where it came from."""
    port: int
    """Our port that it came to."""


DIGITS = "0123456789*#ABCD"
"""Keys in the order of their event codes (RFC 4733 3.2)."""


class LegEventKind(enum.IntEnum):
    """What the engine noticed about a leg."""

    AUDIO_STARTED = 1
    """The first packet was sent to this leg."""
    SOURCE_STARTED = 2
    """The first packet of a newly joined source leg was forwarded to this leg."""
    SOURCE_STALLED = 3
    """The source leg of this leg sends nothing; comfort frames go on."""
    SOURCE_RECOVERED = 4
    """It speaks again."""
    PLAYLIST_ENDED = 5
    """The last cue is over; comfort frames go on."""
    HEARD = 6
    """The first authentic packet came from this leg."""
    LEG_SILENT = 7
    """Nothing has come from this leg for a while, although it is being sent something. A muted microphone sends."""
    BYE = 8
    """The peer has ended its stream (RFC 3550 6.6). Its call may go on."""
    DIGIT = 9
    """The peer has pressed a key and let it go (RFC 4733)."""
    LEG_SPEAKS = 10
    """A leg that was silent sends again."""
    LEG_INAUDIBLE = 11
    """This leg sends, but for a while nothing that can be heard: no more than -65 dBFS. A muted microphone is."""
    LEG_AUDIBLE = 12
    """A leg that was inaudible can be heard again."""


class LegEvent(NamedTuple):
    """Something happened to a leg."""

    kind: LegEventKind
    leg: int
    at: float
    """Seconds on CLOCK_MONOTONIC, the clock of ``time.monotonic()``."""
    digit: str = ""
    """``0`` to ``9``, ``*``, ``#``, ``A`` to ``D``; for DIGIT alone."""
    duration_ms: int = 0
    """How long the key was held; for DIGIT alone."""


class TappedPacket(NamedTuple):
    """One packet of sound as it came in from a tapped leg."""

    at: float
    """When it came, in seconds on CLOCK_MONOTONIC."""
    sequence: int
    timestamp: int
    """As its sender wrote them; packets are in the order of their arrival."""
    payload: bytes
    """Opus."""


class Tapped(NamedTuple):
    """What was tapped since the last take."""

    packets: list[TappedPacket]
    lost: int
    """Packets that found no room."""


EngineEvent: TypeAlias = Datagram | LegEvent


class LegCounters(NamedTuple):
    """What one leg has seen so far. Counts since the leg was added, gaps in microseconds."""

    received: int
    """Authentic RTP packets that came in."""
    received_bytes: int
    sent: int
    sent_bytes: int
    forwarded: int
    """Of the sent ones, those of another leg."""
    mixed: int
    """Likewise, those that were mixed from several legs."""
    clip_frames: int
    comfort_frames: int
    rejected: int
    """SRTP packets that failed authentication or were replays."""
    dtmf_packets: int
    """telephone-event packets, never forwarded as sound."""
    rtcp_received: int
    stale: int
    """Packets of the source that came too late to be placed behind what was already sent."""
    longest_gap_us: int
    """Longest time between two packets sent to this leg."""
    discontinuities: int
    """Times the sent sequence number or timestamp did not continue. Must be 0."""


class StreamQuality(NamedTuple):
    """How one direction of a leg fares, by RFC 3550 6.4.1."""

    expected: int
    """Packets that were sent, judged by their numbers; since the stream began."""
    lost: int
    """Of these, the ones that did not arrive."""
    fraction_lost: float
    """Part that was lost in the interval before the newest report, 0 to 1."""
    jitter_ms: float
    """How uneven packets arrive: the estimate of RFC 3550 A.8 as it stands."""


class LegQuality(NamedTuple):
    """What a leg's own measurements and its peer's reports say."""

    inbound: StreamQuality | None
    """What the peer sends, as we see it; None before its first packet."""
    outbound: StreamQuality | None
    """What we send, as the peer last reported it; None before its first report about us."""
    round_trip_ms: float | None
    """Newest measurement; None before the peer has answered a sender report of ours."""


class EngineCounters(NamedTuple):
    """What the port has seen so far."""

    legs: int
    """Legs that exist now."""
    clips: int
    """Clips that exist now."""
    taps: int
    """Legs that are tapped now."""
    received: int
    """Datagrams of any kind."""
    sent: int
    unknown_source: int
    """RTP or RTCP from an address that no leg has nominated. Dropped, never answered."""
    malformed: int
    """Datagrams that are none of STUN, DTLS, RTP or RTCP, or are cut short. Dropped."""
    send_errors: int
    events_dropped: int
    """Events that found the ring to asyncio full."""
