"""Our offer is the one Meta documents, and Meta's answers to it are read or refused in words."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaserver.legs.sdp import BadSdp, DtlsRole, parse_answer, parse_offer
from mediaserver.legs.sdp_writing import Local, write_offer
from tests.support.offers import DOCUMENTED_ANSWER, META_ANSWER, META_OFFER, without

LOCAL = Local(
    addresses=("198.51.100.7", "2001:db8::7"),
    port=50512,
    ice_ufrag="0123456789abcdef",
    ice_pwd="0123456789abcdef0123456789abcdef",
    fingerprint=":".join(["E1"] * 32),
    ssrc=3741976813,
    cname="Rk3v0cWlxPz9hE1d",
    session_id=8812345670001,
)

OUR_OFFER = f"""\
v=0
o=- 8812345670001 1 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=msid-semantic: WMS ringbridge
m=audio 50512 UDP/TLS/RTP/SAVPF 111 126
c=IN IP4 198.51.100.7
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1 1 udp 2130706431 198.51.100.7 50512 typ host
a=candidate:2 1 udp 2130706175 2001:db8::7 50512 typ host
a=ice-ufrag:0123456789abcdef
a=ice-pwd:0123456789abcdef0123456789abcdef
a=fingerprint:sha-256 {LOCAL.fingerprint}
a=setup:actpass
a=mid:0
a=sendrecv
a=msid:ringbridge audio
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=20;useinbandfec=1
a=rtpmap:126 telephone-event/8000
a=ptime:20
a=maxptime:20
a=ssrc:3741976813 cname:Rk3v0cWlxPz9hE1d
a=ssrc:3741976813 msid:ringbridge audio
""".replace("\n", "\r\n")


def test_our_offer_is_the_minimal_good_one() -> None:
    """whatsapp-calling 5.3, line by line: one fingerprint, one SSRC, both payload types, every line ended by CRLF."""
    assert write_offer(LOCAL) == OUR_OFFER


def test_our_own_reader_takes_our_offer() -> None:
    offer = parse_offer(write_offer(LOCAL))

    assert (offer.opus, offer.telephone_event, offer.ssrc, offer.bundled) == (111, 126, LOCAL.ssrc, True)


@pytest.mark.parametrize("text", [META_ANSWER, DOCUMENTED_ANSWER, META_ANSWER.replace("\r\n", "\n")])
def test_reads_metas_answers(text: str) -> None:
    """The documented one mirrors every codec of a browser, keeps ``trickle`` and writes old ssrc lines."""
    answer = parse_answer(text)

    assert answer.ice_lite
    assert answer.ice_pwd.endswith("=="), "a password without its == breaks STUN integrity"
    assert answer.role is DtlsRole.SERVER, "Meta is the client when it says active"
    assert answer.candidates[0].host == "2001:db8:f2a1:d0:face:b00c:0:7260"


@pytest.mark.parametrize(
    ("setup", "role"),
    [("active", DtlsRole.SERVER), ("passive", DtlsRole.CLIENT), ("actpass", DtlsRole.CLIENT)],
)
def test_the_answer_leaves_us_our_part_in_the_handshake(setup: str, role: DtlsRole) -> None:
    assert parse_answer(META_ANSWER.replace("setup:active", f"setup:{setup}")).role is role


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not SDP"),
        (without(META_ANSWER, "a=fingerprint"), "no fingerprint"),
        (without(META_ANSWER, "a=ice-pwd"), "no ICE credentials"),
        (META_ANSWER.replace("m=audio 3482", "m=audio 0"), "audio is rejected"),
        (META_ANSWER.replace("111", "96"), "Opus has another payload type than was offered"),
        (META_ANSWER + "m=video 9 UDP/TLS/RTP/SAVPF 97\r\n", "not the one audio section that was offered"),
        (META_ANSWER.replace("a=sendrecv", "a=inactive"), "audio is not two-way"),
        (META_ANSWER.replace("setup:active", "setup:holdconn"), "no usable DTLS role"),
    ],
)
def test_refuses_an_answer_that_cannot_be_used(text: str, reason: str) -> None:
    with pytest.raises(BadSdp, match=reason):
        parse_answer(text)


@given(st.one_of(st.text(), st.integers(0, len(META_ANSWER)).map(lambda end: META_ANSWER[:end]), st.just(META_OFFER)))
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(BadSdp):
        parse_answer(text)
