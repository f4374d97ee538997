"""Owns the SDP that we write about one audio leg, offers and answers, in the words that Meta takes. Pure text, no I/O.

Order and wording of the lines are those of whatsapp-calling 5.2 and 5.3; browsers take the same.
"""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from mediaserver.legs.sdp import DTMF_PAYLOAD_TYPE, OPUS_PAYLOAD_TYPE, Remote, Section

HOST_TYPE_PREFERENCE = 126
"""RFC 8445 5.1.2.2."""
STREAM_ID = "ringbridge"
TRACK_ID = "audio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """Our side of a leg."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """What is agreed in an audio section."""

    protocol: str
    setup: str
    mid: str | None
    opus: int
    telephone_event: int | None
    telephone_event_clock: int


def write_offer(local: Local) -> str:
    """Our offer of a business-initiated call: one audio section with Opus and keys, and the handshake as you like."""
    terms = _Terms(
        protocol="UDP/TLS/RTP/SAVPF",
        setup="actpass",
        mid="0",
        opus=OPUS_PAYLOAD_TYPE,
        telephone_event=DTMF_PAYLOAD_TYPE,
        telephone_event_clock=8000,
    )
    lines = _session(local, bundled="0", streams=STREAM_ID)
    lines += _audio(local, terms)
    lines.append(f"a=ssrc:{local.ssrc} msid:{STREAM_ID} {TRACK_ID}")
    return _text(lines)


def write_answer(offer: Remote, local: Local) -> str:
    """Our answer: the chosen audio section accepted, every other one refused with port 0 (RFC 3264 6)."""
    chosen = offer.sections[offer.audio]
    terms = _Terms(
        protocol=chosen.protocol,
        setup=offer.role.value,
        mid=chosen.mid,
        opus=offer.opus,
        telephone_event=offer.telephone_event,
        telephone_event_clock=offer.telephone_event_clock,
    )
    lines = _session(local, bundled=chosen.mid if offer.bundled else None, streams="*")
    for section in offer.sections:
        lines += _audio(local, terms) if section is chosen else _refuse(section)
    return _text(lines)


def host_priority(rank: int) -> int:
    """Priority of our host candidate number ``rank``, component 1 (RFC 8445 5.1.2.1)."""
    return (HOST_TYPE_PREFERENCE << 24) + ((65535 - rank) << 8) + 255


def _session(local: Local, *, bundled: str | None, streams: str) -> list[str]:
    lines = ["v=0", f"o=- {local.session_id} 1 IN IP4 127.0.0.1", "s=-", "t=0 0"]
    if bundled is not None:
        lines.append(f"a=group:BUNDLE {bundled}")
    return [*lines, f"a=msid-semantic: WMS {streams}"]


def _audio(local: Local, terms: _Terms) -> Iterator[str]:
    opus, event = terms.opus, terms.telephone_event
    address = ipaddress.ip_address(local.addresses[0])
    yield f"m=audio {local.port} {terms.protocol} {opus}" + ("" if event is None else f" {event}")
    yield f"c=IN IP{address.version} {address}"
    yield "a=rtcp:9 IN IP4 0.0.0.0"
    for rank, host in enumerate(local.addresses):
        yield f"a=candidate:{rank + 1} 1 udp {host_priority(rank)} {host} {local.port} typ host"
    yield f"a=ice-ufrag:{local.ice_ufrag}"
    yield f"a=ice-pwd:{local.ice_pwd}"
    yield f"a=fingerprint:sha-256 {local.fingerprint}"
    yield f"a=setup:{terms.setup}"
    if terms.mid is not None:
        yield f"a=mid:{terms.mid}"
    yield "a=sendrecv"
    yield f"a=msid:{STREAM_ID} {TRACK_ID}"
    yield "a=rtcp-mux"
    yield f"a=rtpmap:{opus} opus/48000/2"
    yield f"a=fmtp:{opus} minptime=20;useinbandfec=1"
    if event is not None:
        yield f"a=rtpmap:{event} telephone-event/{terms.telephone_event_clock}"
    yield "a=ptime:20"
    yield "a=maxptime:20"
    yield f"a=ssrc:{local.ssrc} cname:{local.cname}"


def _refuse(section: Section) -> Iterator[str]:
    yield f"m={section.media} 0 {section.protocol} {' '.join(section.formats)}"
    yield "c=IN IP4 0.0.0.0"
    if section.mid is not None:
        yield f"a=mid:{section.mid}"
    yield "a=inactive"


def _text(lines: list[str]) -> str:
    # Meta and browsers refuse an answer whose last line is not ended (whatsapp-calling 5.7).
    return "\r\n".join(lines) + "\r\n"
