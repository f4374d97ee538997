"""Owns the SDP of one audio leg: reads what an offer says about it, writes our answer. Pure text, no I/O.

Follows RFC 8866 (SDP), RFC 3264 and 8829 (offer and answer), RFC 8839 (ICE) and RFC 8842 (DTLS). Attributes are
read by name and never by position, at media level first and at session level otherwise. Reasons of ``BadOffer``
quote nothing of the offer, so that they may be logged and stored in the call record.
"""

import enum
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

MAX_OFFER_CHARS = 64 * 1024
"""Browsers send about 4 KiB for audio alone, Meta about 1.5 KiB; the bound keeps parsing below a millisecond."""
MAX_CANDIDATES = 32
"""Candidates kept of one offer, so that an offer cannot make us check more pairs than RFC 8445 6.1.2.5 allows."""
HOST_TYPE_PREFERENCE = 126
"""RFC 8445 5.1.2.2."""
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


class BadOffer(Exception):
    """The peer's offer cannot be answered. The message is a short reason without content of the offer."""


class DtlsRole(enum.Enum):
    """Who begins the handshake, as our answer words it (RFC 8842 5.2)."""

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
class Offer:
    """What an offer says about the one audio section that we answer."""

    sections: tuple[Section, ...]
    """Every section in its order; an answer has to have as many (RFC 3264 6)."""
    audio: int
    """Index of the section that is answered."""
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
    """Payload type of RFC 4733 digits, if offered."""
    telephone_event_clock: int
    """8000 Hz (Meta, browsers) or 48000 Hz (some browsers)."""
    ssrc: int | None
    """The peer's stream, if the offer names one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """Our side of the answer."""

    addresses: tuple[str, ...]
    """Advertised IP addresses, the preferred one first."""
    port: int
    ice_ufrag: str
    ice_pwd: str
    fingerprint: str
    """SHA-256 of our certificate, hexadecimal pairs."""
    ssrc: int
    cname: str
    """Who sends the stream, as our RTCP says it too (RFC 5576 6.1)."""
    session_id: int
    """Number of the o= line, below 2**62 (RFC 9429 5.2.1)."""


def parse_offer(text: str) -> Offer:
    """Read an offer. Raises BadOffer, and nothing else, for any text that cannot be answered."""
    session, sections = _split(text)
    reasons: list[BadOffer] = []
    for index, section in enumerate(sections):
        if section.media == "audio":
            try:
                return _read_audio(session, sections, index)
            except BadOffer as reason:
                reasons.append(reason)
    raise reasons[0] if reasons else BadOffer("no audio")


def write_answer(offer: Offer, local: Local) -> str:
    """Our answer: the chosen audio section accepted, every other one refused with port 0 (RFC 3264 6)."""
    lines = ["v=0", f"o=- {local.session_id} 1 IN IP4 127.0.0.1", "s=-", "t=0 0"]
    if offer.bundled:
        lines.append(f"a=group:BUNDLE {offer.sections[offer.audio].mid}")
    lines.append("a=msid-semantic: WMS *")
    for index, section in enumerate(offer.sections):
        lines += _accept(offer, local) if index == offer.audio else _refuse(section)
    # Meta and browsers refuse an answer whose last line is not ended (whatsapp-calling 5.7).
    return "\r\n".join(lines) + "\r\n"


def host_priority(rank: int) -> int:
    """Priority of our host candidate number ``rank``, component 1 (RFC 8445 5.1.2.1)."""
    return (HOST_TYPE_PREFERENCE << 24) + ((65535 - rank) << 8) + 255


def _split(text: str) -> tuple[Section, tuple[Section, ...]]:
    """The session part, shaped like a section, and the m= sections."""
    if len(text) > MAX_OFFER_CHARS:
        raise BadOffer("SDP is too long")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    if not lines or lines[0].rstrip() != "v=0" or not all(map(_LINE.match, lines)):
        raise BadOffer("not SDP")
    if any(map(_CONTROL.search, lines)):
        # What is echoed into our answer must not be able to carry a line of its own.
        raise BadOffer("control characters in SDP")
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
        raise BadOffer("malformed m= line")
    media, port, protocol, formats = found.groups()
    return Section(media, int(port), protocol, tuple(formats.split()), _attributes(lines[1:]))


def _read_audio(session: Section, sections: tuple[Section, ...], index: int) -> Offer:
    section = sections[index]
    if section.port == 0:
        raise BadOffer("audio is rejected")
    if section.protocol not in PROTOCOLS:
        raise BadOffer("audio is not DTLS-SRTP over UDP")

    def inherited(name: str) -> list[str]:
        return section.values(name) or session.values(name)

    if any(inherited(direction) for direction in ("sendonly", "recvonly", "inactive")):
        raise BadOffer("audio is not two-way")
    opus, telephone_events = _payload_types(section)
    fingerprint = _fingerprint(inherited("fingerprint"))
    ufrag, pwd = _credentials(inherited("ice-ufrag"), inherited("ice-pwd"))
    if not section.values("rtcp-mux"):
        # There is one port for everything; a second one for RTCP does not exist (RFC 5761).
        raise BadOffer("no rtcp-mux")
    clock = 8000 if 8000 in telephone_events else 48000
    groups = (value.split() for value in session.values("group"))
    return Offer(
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
        raise BadOffer("no Opus")
    return opus[0], telephone_events


def _fingerprint(values: list[str]) -> str:
    if not values:
        raise BadOffer("no fingerprint")
    for value in values:
        algorithm, _, digest = value.partition(" ")
        if algorithm.lower() == "sha-256":
            if not _SHA_256.fullmatch(digest.strip()):
                raise BadOffer("malformed fingerprint")
            return digest.strip().upper()
    raise BadOffer("no sha-256 fingerprint")


def _credentials(ufrags: list[str], passwords: list[str]) -> tuple[str, str]:
    if not ufrags or not passwords:
        raise BadOffer("no ICE credentials")
    if not _UFRAG.fullmatch(ufrags[0]) or not _PASSWORD.fullmatch(passwords[0]):
        raise BadOffer("malformed ICE credentials")
    return ufrags[0], passwords[0]


def _role(setups: list[str]) -> DtlsRole:
    match setups[:1]:
        case [] | ["actpass" | "passive"]:
            return DtlsRole.CLIENT
        case ["active"]:
            return DtlsRole.SERVER
        case _:
            raise BadOffer("no usable DTLS role")


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


def _accept(offer: Offer, local: Local) -> Iterator[str]:
    """The section in the form that Meta takes; browsers take the same (whatsapp-calling 5.2)."""
    section = offer.sections[offer.audio]
    formats = f"{offer.opus}" if offer.telephone_event is None else f"{offer.opus} {offer.telephone_event}"
    address = ipaddress.ip_address(local.addresses[0])
    yield f"m=audio {local.port} {section.protocol} {formats}"
    yield f"c=IN IP{address.version} {address}"
    yield "a=rtcp:9 IN IP4 0.0.0.0"
    for rank, host in enumerate(local.addresses):
        yield f"a=candidate:{rank + 1} 1 udp {host_priority(rank)} {host} {local.port} typ host"
    yield f"a=ice-ufrag:{local.ice_ufrag}"
    yield f"a=ice-pwd:{local.ice_pwd}"
    yield f"a=fingerprint:sha-256 {local.fingerprint}"
    yield f"a=setup:{offer.role.value}"
    if section.mid is not None:
        yield f"a=mid:{section.mid}"
    yield "a=sendrecv"
    yield "a=msid:ringbridge audio"
    yield "a=rtcp-mux"
    yield f"a=rtpmap:{offer.opus} opus/48000/2"
    yield f"a=fmtp:{offer.opus} minptime=20;useinbandfec=1"
    if offer.telephone_event is not None:
        yield f"a=rtpmap:{offer.telephone_event} telephone-event/{offer.telephone_event_clock}"
    yield "a=ptime:20"
    yield "a=maxptime:20"
    yield f"a=ssrc:{local.ssrc} cname:{local.cname}"


def _refuse(section: Section) -> Iterator[str]:
    yield f"m={section.media} 0 {section.protocol} {' '.join(section.formats)}"
    yield "c=IN IP4 0.0.0.0"
    if section.mid is not None:
        yield f"a=mid:{section.mid}"
    yield "a=inactive"
