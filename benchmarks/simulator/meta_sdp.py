"""Owns SDP as Meta writes it, line by line: the offer of a user's call, the answer to a business' one. Pure.

Both have one shape (whatsapp-calling 5.1 and 5.4); an answer keeps the mid and the payload types of its offer.
"""

from dataclasses import dataclass

from benchmarks.simulator.udp import Address

OFFERED_MID = "audio"
"""Meta's own mid is a word, not a number."""
OPUS_PAYLOAD_TYPE = 111
TELEPHONE_EVENT_PAYLOAD_TYPE = 126

_LINES = """\
v=0
o=- {session_id} 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE {mid}
a=msid-semantic: WMS {stream_id}
a=ice-lite
m=audio {port} UDP/TLS/RTP/SAVPF {payload_types}
c=IN IP4 {host}
a=rtcp:9 IN IP4 0.0.0.0
{candidates}
a=ice-ufrag:{username}
a=ice-pwd:{password}
a=fingerprint:sha-256 {fingerprint}
a=setup:{setup}
a=mid:{mid}
a=sendrecv
a=msid:{stream_id} WhatsAppTrack1
a=rtcp-mux
a=rtpmap:{opus} opus/48000/2
a=rtcp-fb:{opus} transport-cc
a=fmtp:{opus} maxaveragebitrate=20000;maxplaybackrate=16000;minptime=20;sprop-maxcapturerate=16000;useinbandfec=1
{telephone_event}\
a=maxptime:20
a=ptime:20
a=ssrc:{ssrc} cname:WhatsAppAudioStream1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayFacts:
    """What differs from one relay of Meta's to the next."""

    session_id: int
    """Epoch milliseconds, as in Meta's ``o=`` lines."""
    stream_id: str
    ipv4: Address
    ipv6: Address | None
    """A second candidate, then with the higher priority."""
    username: str
    password: str
    fingerprint: str
    ssrc: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTerms:
    """What an answer takes over from the business' offer, and the DTLS role it claims."""

    mid: str
    opus: int
    telephone_event: int | None
    setup: str


def write_offer(facts: RelayFacts) -> str:
    """The offer's text, every line ending in CRLF."""
    terms = AnswerTerms(
        mid=OFFERED_MID, opus=OPUS_PAYLOAD_TYPE, telephone_event=TELEPHONE_EVENT_PAYLOAD_TYPE, setup="actpass"
    )
    candidates = [_candidate(3405803783, 2122260223, facts.ipv4)]
    if facts.ipv6 is not None:
        candidates.append(_candidate(1187364122, 2122262783, facts.ipv6))
    return _write(facts, terms, candidates)


def write_answer(facts: RelayFacts, terms: AnswerTerms) -> str:
    """The answer's text, every line ending in CRLF; its candidates repeat the ICE name."""
    ufrag = f" ufrag {facts.username}"
    candidates = [_candidate(2267310990, 2113937151, facts.ipv4, ufrag)]
    if facts.ipv6 is not None:
        candidates.append(_candidate(990112873, 2113939711, facts.ipv6, ufrag))
    return _write(facts, terms, candidates)


def _write(facts: RelayFacts, terms: AnswerTerms, candidates: list[str]) -> str:
    host, port = facts.ipv4
    payload_types, event_line = str(terms.opus), ""
    if terms.telephone_event is not None:
        payload_types += f" {terms.telephone_event}"
        event_line = f"a=rtpmap:{terms.telephone_event} telephone-event/8000\n"
    text = _LINES.format(
        session_id=facts.session_id,
        stream_id=facts.stream_id,
        host=host,
        port=port,
        candidates="\n".join(candidates),
        username=facts.username,
        password=facts.password,
        fingerprint=facts.fingerprint,
        ssrc=facts.ssrc,
        mid=terms.mid,
        setup=terms.setup,
        opus=terms.opus,
        payload_types=payload_types,
        telephone_event=event_line,
    )
    return text.replace("\n", "\r\n")


def _candidate(foundation: int, priority: int, address: Address, ufrag: str = "") -> str:
    host, port = address
    return f"a=candidate:{foundation} 1 udp {priority} {host} {port} typ host generation 0{ufrag} network-cost 50"
