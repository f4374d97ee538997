"""Offers of Meta and of browsers are read or refused in words, and the answer is the one Meta takes."""

import random
import re

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given
from hypothesis import strategies as st

from mediaserver.legs.sdp import BadSdp, DtlsRole, Remote, parse_offer
from mediaserver.legs.sdp_writing import Local, write_answer
from tests.support.offers import CHROMIUM_OFFER, META_OFFER, without

LOCAL = Local(
    addresses=("198.51.100.7", "2001:db8::7"),
    port=47054,
    ice_ufrag="0123456789abcdef",
    ice_pwd="0123456789abcdef0123456789abcdef",
    fingerprint=":".join(["AF"] * 32),
    ssrc=1050157689,
    cname="Rk3v0cWlxPz9hE1d",
    session_id=4004313400,
)

META_ANSWER = f"""\
v=0
o=- 4004313400 1 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE audio
a=msid-semantic: WMS *
m=audio 47054 UDP/TLS/RTP/SAVPF 111 126
c=IN IP4 198.51.100.7
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1 1 udp 2130706431 198.51.100.7 47054 typ host
a=candidate:2 1 udp 2130706175 2001:db8::7 47054 typ host
a=ice-ufrag:0123456789abcdef
a=ice-pwd:0123456789abcdef0123456789abcdef
a=fingerprint:sha-256 {LOCAL.fingerprint}
a=setup:active
a=mid:audio
a=sendrecv
a=msid:ringbridge audio
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=20;useinbandfec=1
a=rtpmap:126 telephone-event/8000
a=ptime:20
a=maxptime:20
a=ssrc:1050157689 cname:Rk3v0cWlxPz9hE1d
""".replace("\n", "\r\n")


def test_reads_everything_a_leg_needs_from_metas_offer() -> None:
    offer = parse_offer(META_OFFER)

    assert offer.ice_lite, "#31: without ice-lite we would not control"
    assert offer.role is DtlsRole.CLIENT, "#31: towards Meta we are the DTLS client"
    assert offer.ice_ufrag == "k3Vt9QzLm2Xw7RbD"
    assert offer.ice_pwd == "Zm9vYmFyYmF6cXV4MTIzNA==", "a password without its == breaks STUN integrity"
    assert (offer.opus, offer.telephone_event, offer.telephone_event_clock) == (111, 126, 8000)
    assert offer.ssrc == 2915530371
    assert offer.fingerprint.startswith("1F:2E:3D")
    assert [(c.host, c.port) for c in offer.candidates] == [
        ("2001:db8:f2a1:d0:face:b00c:0:699c", 3480),
        ("203.0.113.40", 3480),
    ], "both of Meta's candidates, best priority first"


def test_answers_metas_offer_in_exactly_the_form_that_meta_takes() -> None:
    assert write_answer(parse_offer(META_OFFER), LOCAL) == META_ANSWER, "#33, whatsapp-calling 5.2"


def test_keeps_only_the_candidates_of_a_browser_that_can_be_reached() -> None:
    offer = parse_offer(CHROMIUM_OFFER)

    assert [(c.host, c.type) for c in offer.candidates] == [("192.0.2.17", "host"), ("198.51.100.23", "srflx")], (
        "mDNS names and TCP cannot be reached"
    )
    assert not offer.ice_lite
    assert offer.telephone_event == 126, "8000 Hz is what WhatsApp takes, so it wins over 48000"


def test_answers_a_browser_without_the_extras_it_offers() -> None:
    answer = write_answer(parse_offer(CHROMIUM_OFFER), LOCAL)

    assert not re.search("extmap|rtcp-fb|rtcp-rsize|trickle|red/|G722|ice-lite", answer)
    assert "a=mid:0\r\n" in answer
    assert "a=rtcp-mux\r\n" in answer


@pytest.mark.parametrize("offer", [META_OFFER, CHROMIUM_OFFER])
def test_stock_aiortc_reads_our_answer(offer: str) -> None:
    [media] = SessionDescription.parse(write_answer(parse_offer(offer), LOCAL)).media

    assert media.ice is not None
    assert media.ice.password == LOCAL.ice_pwd
    assert media.dtls is not None
    assert (media.dtls.role, len(media.dtls.fingerprints)) == ("client", 1)
    assert [(c.name, c.payloadType) for c in media.rtp.codecs] == [("opus", 111), ("telephone-event", 126)]


@pytest.mark.parametrize(("setup", "role"), [("actpass", "active"), ("passive", "active"), ("active", "passive")])
def test_takes_the_dtls_role_that_the_offer_leaves(setup: str, role: str) -> None:
    answer = write_answer(parse_offer(META_OFFER.replace("setup:actpass", f"setup:{setup}")), LOCAL)

    assert f"a=setup:{role}\r\n" in answer, "two clients or two servers never complete a handshake"


def test_reads_ice_and_dtls_from_the_session_level_too() -> None:
    moved = [line for line in META_OFFER.splitlines() if line.startswith(("a=ice-ufrag", "a=ice-pwd", "a=finger"))]
    bare = without(META_OFFER, "a=ice-ufrag", "a=ice-pwd", "a=fingerprint")

    offer = parse_offer(bare.replace("t=0 0", "\r\n".join(["t=0 0", *moved])))

    assert offer.fingerprint == parse_offer(META_OFFER).fingerprint
    assert offer.ice_pwd == parse_offer(META_OFFER).ice_pwd


def test_the_media_level_wins_over_the_session_level() -> None:
    offer = parse_offer(META_OFFER.replace("t=0 0", "t=0 0\r\na=ice-pwd:thisPasswordIsForOtherSections"))

    assert offer.ice_pwd == "Zm9vYmFyYmF6cXV4MTIzNA=="


def test_prefers_sha_256_among_several_fingerprints() -> None:
    others = "a=fingerprint:sha-512 " + ":".join(["0A"] * 64) + "\r\na=fingerprint:sha-256"

    assert parse_offer(META_OFFER.replace("a=fingerprint:sha-256", others)).fingerprint.startswith("1F:2E")


def test_the_order_of_attributes_does_not_matter() -> None:
    head, audio, *rest = re.split(r"(m=audio [^\r]*\r\n)", META_OFFER)
    lines = rest[0].splitlines(keepends=True)
    random.Random(5).shuffle(lines)
    shuffled = parse_offer(head + audio + "".join(lines))

    assert write_answer(shuffled, LOCAL) == META_ANSWER, "a SIP gateway orders the lines differently"


def test_answers_the_first_usable_audio_and_rejects_the_other_sections() -> None:
    video = "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\n"
    spare = CHROMIUM_OFFER[CHROMIUM_OFFER.index("m=audio") :].replace("a=mid:0", "a=mid:2")

    answer = write_answer(parse_offer(CHROMIUM_OFFER.replace("BUNDLE 0", "BUNDLE 0 1 2") + video + spare), LOCAL)

    assert re.findall(r"m=\w+ \d+", answer) == ["m=audio 47054", "m=video 0", "m=audio 0"], "RFC 3264 6"
    assert "a=group:BUNDLE 0\r\n" in answer, "rejected sections leave the bundle (RFC 9143 7.3.3)"
    assert "m=video 0 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=inactive\r\n" in answer


def test_an_unusable_audio_section_gives_way_to_a_usable_one() -> None:
    first = CHROMIUM_OFFER.replace("a=rtpmap:111 opus", "a=rtpmap:111 speex")
    second = CHROMIUM_OFFER[CHROMIUM_OFFER.index("m=audio") :].replace("a=mid:0", "a=mid:1")

    assert parse_offer(first + second).audio == 1


def test_an_offer_without_bundle_and_mid_is_answered_without_them() -> None:
    answer = write_answer(parse_offer(without(META_OFFER, "a=group", "a=mid")), LOCAL)

    assert "BUNDLE" not in answer
    assert "a=mid" not in answer


def test_bounds_the_candidates_of_one_offer() -> None:
    many = "".join(f"a=candidate:1 1 udp {rank} 192.0.2.1 {rank} typ host\r\n" for rank in range(1000, 1500))

    candidates = parse_offer(META_OFFER + many).candidates

    assert len(candidates) == 32, "an offer must not make us check hundreds of addresses"
    assert candidates[2].priority == 1499, "the best ones are kept"


@pytest.mark.parametrize(
    "line",
    [
        "1 1 udp 99 0.0.0.0 4000 typ host",
        "1 1 udp 99 224.0.0.1 4000 typ host",
        "1 1 udp 99 fe80::1%eth0 4000 typ host",
        "1 1 udp 99 192.0.2.9 0 typ host",
        "1 1 udp 99 192.0.2.9 70000 typ host",
        "1 1 udp x 192.0.2.9 4000 typ host",
        "1 2 udp 99 192.0.2.9 4000 typ host",
        "1 1 tcp 99 192.0.2.9 4000 typ host tcptype passive",
        "1 1 udp 99 phone.local 4000 typ host",
        "1 1 udp 99",
        "",
    ],
)
def test_a_candidate_that_cannot_be_reached_is_dropped_and_the_offer_stands(line: str) -> None:
    assert len(parse_offer(f"{META_OFFER}a=candidate:{line}\r\n").candidates) == 2


BAD = {
    "empty": ("", "not SDP"),
    "prose": ("Hello, who is there?", "not SDP"),
    "json": ('{"sdp": "v=0"}', "not SDP"),
    "a megabyte": (META_OFFER + "a=x:" + "y" * 1_000_000 + "\r\n", "SDP is too long"),
    "control characters": (META_OFFER.replace("mid:audio", "mid:au\x00dio"), "control characters in SDP"),
    "a lone carriage return": (META_OFFER.replace("mid:audio", "mid:a\ra=ice-lite"), "control characters in SDP"),
    "session only": (META_OFFER[: META_OFFER.index("m=audio")], "no audio"),
    "video only": (META_OFFER.replace("m=audio", "m=video"), "no audio"),
    "garbled m-line": (META_OFFER.replace("m=audio 3480", "m=audio x"), "malformed m= line"),
    "rejected": (META_OFFER.replace("m=audio 3480", "m=audio 0"), "audio is rejected"),
    "SDES": (META_OFFER.replace("UDP/TLS/RTP/SAVPF", "RTP/SAVP"), "audio is not DTLS-SRTP over UDP"),
    "one-way": (META_OFFER.replace("a=sendrecv", "a=recvonly"), "audio is not two-way"),
    "no Opus": (META_OFFER.replace("opus/48000/2", "PCMU/8000"), "no Opus"),
    "Opus not in the m-line": (META_OFFER.replace("SAVPF 111 126", "SAVPF 126"), "no Opus"),
    "no fingerprint (#28)": (without(META_OFFER, "a=fingerprint"), "no fingerprint"),
    "only sha-1": (META_OFFER.replace("sha-256", "sha-1"), "no sha-256 fingerprint"),
    "cut fingerprint": (META_OFFER.replace(":FE:0F\r", "\r"), "malformed fingerprint"),
    "no ufrag": (without(META_OFFER, "a=ice-ufrag"), "no ICE credentials"),
    "no password": (without(META_OFFER, "a=ice-pwd"), "no ICE credentials"),
    "short password": (META_OFFER.replace("YmFyYmF6cXV4MTIzNA==", ""), "malformed ICE credentials"),
    "colon in ufrag": (META_OFFER.replace("k3Vt9Qz", "k3:t9Qz"), "malformed ICE credentials"),
    "no rtcp-mux": (without(META_OFFER, "a=rtcp-mux"), "no rtcp-mux"),
    "holdconn": (META_OFFER.replace("setup:actpass", "setup:holdconn"), "no usable DTLS role"),
}


@pytest.mark.parametrize(("text", "reason"), BAD.values(), ids=BAD.keys())
def test_refuses_a_bad_offer_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(BadSdp) as refusal:
        parse_offer(text)

    assert str(refusal.value) == reason, "the reason goes into the call record and may quote nothing"


def test_every_cut_of_metas_offer_is_answered_or_refused() -> None:
    for length in range(len(META_OFFER)):
        _parses_or_refuses(META_OFFER[:length])


@given(st.text())
def test_any_text_parses_or_is_refused(text: str) -> None:
    _parses_or_refuses(text)


@given(st.data())
def test_any_damage_to_a_good_offer_parses_or_is_refused(data: st.DataObject) -> None:
    offer = data.draw(st.sampled_from([META_OFFER, CHROMIUM_OFFER]))
    start = data.draw(st.integers(0, len(offer)))
    end = data.draw(st.integers(start, min(len(offer), start + 80)))
    _parses_or_refuses(offer[:start] + data.draw(st.text(max_size=40)) + offer[end:])


@given(st.lists(st.sampled_from(META_OFFER.splitlines() + CHROMIUM_OFFER.splitlines()), max_size=60))
def test_any_mixture_of_good_lines_parses_or_is_refused(lines: list[str]) -> None:
    _parses_or_refuses("\r\n".join(["v=0", *lines, ""]))


def _parses_or_refuses(text: str) -> Remote | None:
    try:
        offer = parse_offer(text)
    except BadSdp:
        return None
    lines = write_answer(offer, LOCAL).split("\r\n")
    assert lines.pop() == "", "the last line has to be ended too"
    assert not [line for line in lines if not re.fullmatch(r"[a-z]=[ -~]*", line)], "an offer smuggled text into ours"
    assert [line for line in lines if "fingerprint" in line] == [f"a=fingerprint:sha-256 {LOCAL.fingerprint}"]
    return offer
