"""Owns the reading of a peer's SDP about one audio leg, offers and answers. Pure text, no I/O.

Follows RFC 8866 (SDP), RFC 3264 and 8829 (offer and answer), RFC 8839 (ICE) and RFC 8842 (DTLS). Attributes are
read by name and never by position, at media level first and at session level otherwise. Reasons of ``BadSdp``
quote nothing of it, so that they may be logged and stored in the call record. ``sdp_writing`` writes ours.
"""

import enum
import ipaddress
import re
from dataclasses import dataclass
from itertools import pairwise

MAX_CHARS = 64 * 1024
"""Browsers send about 4 KiB for audio alone, Meta about 1.5 KiB; the bound keeps parsing below a millisecond."""
MAX_CANDIDATES = 32
"""Candidates kept of one offer, so that an offer cannot make us check more pairs than RFC 8445 6.1.2.5 allows."""
OPUS_PAYLOAD_TYPE = 111
"""What WhatsApp and browsers call Opus, and so do our offers (whatsapp-calling 5.3)."""
DTMF_PAYLOAD_TYPE = 126
"""The same for telephone-event at 8000 Hz."""
PROTOCOLS = frozenset({"UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF"})
"""Profiles of DTLS-SRTP over UDP (RFC 5764 8); the last is what browsers wrote before they followed it."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LINE = re.compile(r"[a-z]=")
_MEDIA = re.compile(r"m=([!-~]+) ([0-9]{1,5}) ([!-~]+) ([!-~]+(?: [!-~]+)*) *")
_TOKEN = re.compile(r"[!-~]{1,255}")
# Wider than ice-char of RFC 8839 5.4: Meta's passwords end in "==" and have to be kept (whatsapp-calling 5.1).
_UFRAG = re.compile(r"[!-9;-~]{4,256}")
_PASSWORD = re.compile(r"[!-~]{22,256}")
_SHA_256 = re.compile(r"(?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}")
_DIGITS = re.compile(r"[0-9]{1,10}")


class BadSdp(Exception):
    """The peer's offer or answer cannot be used. The message is a short reason that quotes nothing of it."""


class DtlsRole(enum.Enum):
    """Our part in the handshake, as an answer of ours words it (RFC 8842 5.2)."""

    CLIENT = "active"
    SERVER = "passive"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A UDP address at which the peer may be reached (RFC 8839 5.1)."""

    foundation: str
    priority: int
    host: str
    """IP address as text."""
    port: int
    type: str


@dataclass(frozen=True, slots=True)
class Section:
    """One m= section with its own attributes, in their order."""

    media: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]

    def values(self, name: str) -> list[str]:
        """Values of every attribute of this name; a flag has the value ``""``."""
        return [value for key, value in self.attributes if key == name]

    @property
    def mid(self) -> str | None:
        """Identification of the section (RFC 5888)."""
        return next(filter(_TOKEN.fullmatch, self.values("mid")), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """What a peer's offer or answer says about the one audio section that is used."""

    sections: tuple[Section, ...]
    """Every section in its order; our answer to an offer has to have as many (RFC 3264 6)."""
    audio: int
    """Index of the section that is used."""
    bundled: bool
    """Whether that section belongs to a BUNDLE group."""
    ice_ufrag: str
    ice_pwd: str
    """Verbatim: the trailing ``==`` of Meta's is part of the key."""
    ice_lite: bool
    candidates: tuple[Candidate, ...]
    """Usable ones (UDP, component 1, an IP address of one host), best priority first."""
    fingerprint: str
    """SHA-256 of the peer's certificate, upper-case hexadecimal pairs."""
    role: DtlsRole
    """Our role in the handshake."""
    opus: int
    """Payload type."""
    telephone_event: int | None
    """Payload type of RFC 4733 digits, if there is one."""
    telephone_event_clock: int
    """8000 Hz (Meta, browsers) or 48000 Hz (some browsers)."""
    ssrc: int | None
    """The peer's stream, if it is named."""


def parse_offer(text: str) -> Remote:
    """Read an offer. Raises BadSdp, and nothing else, for any text that cannot be answered."""
    session, sections = _split(text)
    reasons: list[BadSdp] = []
    for index, section in enumerate(sections):
        if section.media == "audio":
            try:
                return _read_audio(session, sections, index)
            except BadSdp as reason:
                reasons.append(reason)
    raise reasons[0] if reasons else BadSdp("no audio")


def parse_answer(text: str) -> Remote:
    """Read the answer to an offer of ours. Raises BadSdp, and nothing else, for any text that is none.

    Our part in the handshake is the one it leaves to us; ``actpass``, which RFC 5763 forbids in an answer and has been
    seen at Meta, leaves us the client's (whatsapp-calling 5.5).
    """
    session, sections = _split(text)
    if [section.media for section in sections] != ["audio"]:
        # An answer has exactly the sections of its offer (RFC 3264 6).
        raise BadSdp("not the one audio section that was offered")
    answer = _read_audio(session, sections, 0)
    if answer.opus != OPUS_PAYLOAD_TYPE:
        raise BadSdp("Opus has another payload type than was offered")
    return answer


def _split(text: str) -> tuple[Section, tuple[Section, ...]]:
    """The session part, shaped like a section, and the m= sections."""
    if len(text) > MAX_CHARS:
        raise BadSdp("SDP is too long")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    if not lines or lines[0].rstrip() != "v=0" or not all(map(_LINE.match, lines)):
        raise BadSdp("not SDP")
    if any(map(_CONTROL.search, lines)):
        # What is echoed into our answer must not be able to carry a line of its own.
        raise BadSdp("control characters in SDP")
    starts = [index for index, line in enumerate(lines) if line.startswith("m=")]
    bounds = [*starts, len(lines)]
    session = Section("session", 0, "", (), _attributes(lines[: bounds[0]]))
    return session, tuple(_read_section(lines[a:b]) for a, b in pairwise(bounds))


def _attributes(lines: list[str]) -> tuple[tuple[str, str], ...]:
    pairs = (line[2:].partition(":") for line in lines if line.startswith("a="))
    return tuple((name.strip(), value.strip()) for name, _, value in pairs)


def _read_section(lines: list[str]) -> Section:
    found = _MEDIA.fullmatch(lines[0])
    if found is None:
        raise BadSdp("malformed m= line")
    media, port, protocol, formats = found.groups()
    return Section(media, int(port), protocol, tuple(formats.split()), _attributes(lines[1:]))


def _read_audio(session: Section, sections: tuple[Section, ...], index: int) -> Remote:
    section = sections[index]
    if section.port == 0:
        raise BadSdp("audio is rejected")
    if section.protocol not in PROTOCOLS:
        raise BadSdp("audio is not DTLS-SRTP over UDP")

    def inherited(name: str) -> list[str]:
        return section.values(name) or session.values(name)

    if any(inherited(direction) for direction in ("sendonly", "recvonly", "inactive")):
        raise BadSdp("audio is not two-way")
    opus, telephone_events = _payload_types(section)
    fingerprint = _fingerprint(inherited("fingerprint"))
    ufrag, pwd = _credentials(inherited("ice-ufrag"), inherited("ice-pwd"))
    if not section.values("rtcp-mux"):
        # There is one port for everything; a second one for RTCP does not exist (RFC 5761).
        raise BadSdp("no rtcp-mux")
    clock = 8000 if 8000 in telephone_events else 48000
    groups = (value.split() for value in session.values("group"))
    return Remote(
        sections=sections,
        audio=index,
        bundled=any(group[:1] == ["BUNDLE"] and section.mid in group[1:] for group in groups),
        ice_ufrag=ufrag,
        ice_pwd=pwd,
        ice_lite=bool(inherited("ice-lite")),
        candidates=_candidates(section.values("candidate")),
        fingerprint=fingerprint,
        role=_role(inherited("setup")),
        opus=opus,
        telephone_event=telephone_events.get(clock),
        telephone_event_clock=clock,
        ssrc=_ssrc(section.values("ssrc")),
    )


def _payload_types(section: Section) -> tuple[int, dict[int, int]]:
    """Payload type of Opus, and those of telephone-event by their clock rate."""
    opus: list[int] = []
    telephone_events: dict[int, int] = {}
    for value in section.values("rtpmap"):
        number, _, encoding = value.partition(" ")
        payload_type = _number(number, 127)
        if payload_type is None or number not in section.formats:
            continue
        match encoding.strip().lower().split("/"):
            case ["opus", "48000", "2"]:
                opus.append(payload_type)
            case ["telephone-event", "8000" | "48000" as clock]:
                telephone_events.setdefault(int(clock), payload_type)
    if not opus:
        raise BadSdp("no Opus")
    return opus[0], telephone_events


def _fingerprint(values: list[str]) -> str:
    if not values:
        raise BadSdp("no fingerprint")
    for value in values:
        algorithm, _, digest = value.partition(" ")
        if algorithm.lower() == "sha-256":
            if not _SHA_256.fullmatch(digest.strip()):
                raise BadSdp("malformed fingerprint")
            return digest.strip().upper()
    raise BadSdp("no sha-256 fingerprint")


def _credentials(ufrags: list[str], passwords: list[str]) -> tuple[str, str]:
    if not ufrags or not passwords:
        raise BadSdp("no ICE credentials")
    if not _UFRAG.fullmatch(ufrags[0]) or not _PASSWORD.fullmatch(passwords[0]):
        raise BadSdp("malformed ICE credentials")
    return ufrags[0], passwords[0]


def _role(setups: list[str]) -> DtlsRole:
    match setups[:1]:
        case [] | ["actpass" | "passive"]:
            return DtlsRole.CLIENT
        case ["active"]:
            return DtlsRole.SERVER
        case _:
            raise BadSdp("no usable DTLS role")


def _candidates(values: list[str]) -> tuple[Candidate, ...]:
    found = sorted(filter(None, map(_candidate, values)), key=lambda candidate: -candidate.priority)
    return tuple(found[:MAX_CANDIDATES])


def _candidate(value: str) -> Candidate | None:
    """The candidate, or None if we cannot reach it: TCP, RTCP's component, mDNS names, no single host."""
    match value.split():
        case [foundation, "1", transport, rank, host, number, "typ", kind, *_] if transport.lower() == "udp":
            priority, port = _number(rank, 2**32 - 1), _number(number, 65535)
            if priority is None or not port:
                return None
            try:
                address = ipaddress.ip_address(host)
            except ValueError:
                return None
            # A scope (fe80::1%eth0) means nothing on this side of the network.
            if address.is_multicast or address.is_unspecified or "%" in host:
                return None
            return Candidate(foundation, priority, str(address), port, kind)
        case _:
            return None


def _ssrc(values: list[str]) -> int | None:
    return _number(values[0].partition(" ")[0], 2**32 - 1) if values else None


def _number(text: str, most: int) -> int | None:
    """A decimal number of ASCII digits from 0 to ``most``."""
    return int(text) if _DIGITS.fullmatch(text) and int(text) <= most else None
