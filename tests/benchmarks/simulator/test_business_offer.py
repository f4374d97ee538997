"""Every way an offer of the business can be wrong is refused with its own words (whatsapp-calling 5.3; lesson #31)."""

import re

import pytest

from benchmarks.simulator.business_offer import judge
from benchmarks.simulator.sdp_rules import SdpRefused

FINGERPRINT = "E1:E3:AA:5A:DF:B3:87:18:32:9B:B4:67:55:96:F1:9C:D3:0E:0F:BD:9F:25:A7:D2:F0:AC:1A:0E:A6:96:20:5D"
OFFER = f"""\
v=0
o=- 8812345670001 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=msid-semantic: WMS biz-stream
m=audio 50512 UDP/TLS/RTP/SAVPF 111 126
c=IN IP4 198.51.100.7
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1 1 udp 2130706431 198.51.100.7 50512 typ host
a=ice-ufrag:Fz5yQ1
a=ice-pwd:VSIvDEWt2cE3jsCxTcGDUPab
a=fingerprint:sha-256 {FINGERPRINT}
a=setup:actpass
a=mid:0
a=sendrecv
a=msid:biz-stream biz-audio
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=20;useinbandfec=1
a=rtpmap:126 telephone-event/8000
a=ptime:20
a=maxptime:20
a=ssrc:3741976813 cname:biz-cname
a=ssrc:3741976813 msid:biz-stream biz-audio
""".replace("\n", "\r\n")
"""The minimal good offer of the fact sheet."""


def test_the_minimal_good_offer_is_taken_and_read() -> None:
    offer = judge(OFFER)
    assert (offer.username, offer.password) == ("Fz5yQ1", "VSIvDEWt2cE3jsCxTcGDUPab")
    assert (offer.fingerprint, offer.ssrc) == (FINGERPRINT, 3741976813)
    assert (offer.mid, offer.setup, offer.opus, offer.telephone_event) == ("0", "actpass", 111, 126)


def test_a_browsers_offer_is_taken_as_in_metas_sample() -> None:
    browser = OFFER.replace("SAVPF 111 126", "SAVPF 111 63 9 0 8 110 126").replace(
        "a=rtpmap:126", "a=rtpmap:63 red/48000/2\r\na=rtpmap:110 telephone-event/48000\r\na=rtpmap:126"
    )
    assert judge(browser).telephone_event == 126


def test_another_number_for_opus_is_kept() -> None:
    """Stock aiortc offers 96, which is legal (whatsapp-calling 5.8)."""
    lone = re.sub(r"a=rtpmap:126.*\r\n", "", OFFER).replace("SAVPF 111 126", "SAVPF 96").replace(":111 ", ":96 ")
    assert (judge(lone).opus, judge(lone).telephone_event) == (96, None)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("\r\n", "\n", "CRLF"),
        ("c=IN IP4", "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4", "one m= line"),
        ("t=0 0\r\n", "t=0 0\r\na=ice-lite\r\n", "ice-lite"),
        ("BUNDLE 0", "BUNDLE audio", "BUNDLE"),
        ("a=mid:0\r\n", "", "one mid"),
        ("a=rtcp-mux\r\n", "", "rtcp-mux"),
        ("a=sendrecv\r\n", "a=sendonly\r\n", "sendrecv"),
        ("setup:actpass", "setup:passive", "neither actpass nor active"),
        ("a=setup:actpass\r\n", "", "one setup"),
        ("111 opus/48000/2", "111 opus/48000", "exactly one opus"),
        ("126 telephone-event/8000", "126 opus/48000/2", "exactly one opus"),
        ("126 telephone-event/8000", "126 telephone-event/48000", "8000 Hz"),
        ("126 telephone-event/8000", "111 telephone-event/8000", "more than one rtpmap:111"),
        ("126 telephone-event/8000", "13 CN/8000", "names no payload type"),
        ("126 telephone-event/8000", "telephone-event/8000", "rtpmap is malformed"),
        ("a=ptime:20", "a=ptime:60", "ptime"),
        ("2130706431 198.51.100.7", "2130706431 7c0a.local", "mDNS"),
        ("ice-pwd:VSIvDEWt2cE3jsCxTcGDUPab", "ice-pwd:short", "ice-pwd"),
        (f"a=fingerprint:sha-256 {FINGERPRINT}\r\n", "", "No fingerprint found in SDP"),
        ("a=setup", f"a=fingerprint:sha-384 {FINGERPRINT}\r\na=setup", "more than one fingerprint"),
        ("a=ssrc:3741976813 msid", "a=ssrc:7 msid", "more than one SSRC"),
    ],
)
def test_a_wrong_offer_is_refused(old: str, new: str, why: str) -> None:
    assert old in OFFER, "the test would change nothing"
    with pytest.raises(SdpRefused, match=why):
        judge(OFFER.replace(old, new))
