"""Owns the SDP offer of a user-initiated call, line by line as Meta sends it (whatsapp-calling 5.1). Pure."""

from dataclasses import dataclass

from benchmarks.simulator.udp import Address

MID = "audio"
"""Meta's mid is a word, not a number."""

_LINES = """\
v=0
o=- {session_id} 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE audio
a=msid-semantic: WMS {stream_id}
a=ice-lite
m=audio {port} UDP/TLS/RTP/SAVPF 111 126
c=IN IP4 {host}
a=rtcp:9 IN IP4 0.0.0.0
{candidates}
a=ice-ufrag:{username}
a=ice-pwd:{password}
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=mid:audio
a=sendrecv
a=msid:{stream_id} WhatsAppTrack1
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 maxaveragebitrate=20000;maxplaybackrate=16000;minptime=20;sprop-maxcapturerate=16000;useinbandfec=1
a=rtpmap:126 telephone-event/8000
a=maxptime:20
a=ptime:20
a=ssrc:{ssrc} cname:WhatsAppAudioStream1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFacts:
    """What differs from one offer to the next."""

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


def write_offer(facts: OfferFacts) -> str:
    """The offer's text, every line ending in CRLF."""
    host, port = facts.ipv4
    candidates = [_candidate(3405803783, 2122260223, facts.ipv4)]
    if facts.ipv6 is not None:
        candidates.append(_candidate(1187364122, 2122262783, facts.ipv6))
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
    )
    return text.replace("\n", "\r\n")


def _candidate(foundation: int, priority: int, address: Address) -> str:
    host, port = address
    return f"a=candidate:{foundation} 1 udp {priority} {host} {port} typ host generation 0 network-cost 50"
