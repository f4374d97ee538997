"""Every way an SDP answer can be wrong is refused with its own words (whatsapp-calling 5.2; lessons #31, #37)."""

import pytest

from benchmarks.simulator.answer import judge
from benchmarks.simulator.sdp_rules import SdpRefused

FINGERPRINT = "AF:99:06:02:8F:85:40:2B:87:EE:7E:61:2D:E2:8A:B3:BC:EA:FA:01:B5:F3:14:84:22:2D:8B:30:EF:C5:83:20"
GOOD = f"""\
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
a=ice-ufrag:ekDT
a=ice-pwd:CAdw9y3mi1Q9aet2je6gOf
a=fingerprint:sha-256 {FINGERPRINT}
a=setup:active
a=mid:audio
a=sendrecv
a=msid:biz-stream biz-audio
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=20;useinbandfec=1
a=rtpmap:126 telephone-event/8000
a=ptime:20
a=maxptime:20
a=ssrc:1050157689 cname:biz-cname
""".replace("\n", "\r\n")


def test_metas_sample_answer_is_taken_and_read() -> None:
    answer = judge(GOOD)
    assert (answer.username, answer.password) == ("ekDT", "CAdw9y3mi1Q9aet2je6gOf"), "ICE credentials are misread"
    assert answer.fingerprint == FINGERPRINT
    assert answer.ssrc == 1050157689
    assert answer.payload_types == (111, 126)


@pytest.mark.parametrize(
    "line",
    [
        "a=rtcp:9 IN IP4 0.0.0.0",
        "a=candidate:1 1 udp 2130706431 198.51.100.7 47054 typ host",
        "a=msid:biz-stream biz-audio",
        "a=fmtp:111 minptime=20;useinbandfec=1",
        "a=ptime:20",
        "a=ssrc:1050157689 cname:biz-cname",
    ],
)
def test_what_meta_only_recommends_may_be_missing(line: str) -> None:
    assert judge(GOOD.replace(f"{line}\r\n", "")).fingerprint == FINGERPRINT, f"{line} must stay optional"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("cname:biz-cname\r\n", "cname:biz-cname", "last line"),
        ("\r\n", "\n", "CRLF"),
        ("\r\n", "\\r\\n", "CRLF"),
        ("a=sendrecv\r\n", "a=sendrecv\r\n\r\n", "malformed"),
        ("v=0\r\n", "v=1\r\n", "begin with"),
        ("t=0 0\r\n", "", "t= line"),
        ("c=IN IP4 198.51.100.7\r\n", "", "c= line"),
        ("m=audio 47054", "m=video 47054", "not audio"),
        ("UDP/TLS/RTP/SAVPF", "RTP/AVP", "not audio"),
        ("m=audio 47054", "m=audio 0", "port"),
        ("c=IN IP4", "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4", "one m= line"),
        ("SAVPF 111 126", "SAVPF 126", "111 is missing"),
        ("SAVPF 111 126", "SAVPF 111 126 0", "was not offered"),
        ("t=0 0\r\n", "t=0 0\r\na=ice-lite\r\n", "ice-lite"),
        ("BUNDLE audio", "BUNDLE 0", "BUNDLE"),
        ("a=mid:audio", "a=mid:0", "mid"),
        ("a=rtcp-mux\r\n", "", "rtcp-mux"),
        ("a=sendrecv\r\n", "a=recvonly\r\n", "sendrecv"),
        ("setup:active", "setup:passive", "setup is not active"),
        ("setup:active", "setup:actpass", "setup is not active"),
        ("a=setup:active\r\n", "", "one setup"),
        ("111 opus/48000/2", "111 opus/48000", "rtpmap:111"),
        ("126 telephone-event/8000", "126 telephone-event/48000", "rtpmap:126"),
        ("a=rtpmap:126 telephone-event/8000\r\n", "", "rtpmap:126"),
        ("a=ptime:20", "a=ptime:40", "ptime"),
        ("a=maxptime:20", "a=maxptime:60", "maxptime"),
        ("1 1 udp 2130706431", "1 1 tcp 2130706431", "candidate is malformed"),
        ("2130706431 198.51.100.7", "2130706431 7c0a.local", "mDNS"),
        ("ice-ufrag:ekDT", "ice-ufrag:ekD", "ice-ufrag"),
        ("a=ice-ufrag:ekDT\r\n", "", "one ice-ufrag"),
        ("ice-pwd:CAdw9y3mi1Q9aet2je6gOf", "ice-pwd:CAdw9y3mi1Q9aet2je6g==", "ice-pwd"),
        (f"a=fingerprint:sha-256 {FINGERPRINT}\r\n", "", "No fingerprint found in SDP"),
        ("a=setup", f"a=fingerprint:sha-384 {FINGERPRINT}\r\na=setup", "more than one fingerprint"),
        ("fingerprint:sha-256", "fingerprint:sha-1", "not a sha-256"),
        (FINGERPRINT, FINGERPRINT[:-3], "not a sha-256"),
        ("a=ssrc:1050157689", "a=ssrc:7 cname:x\r\na=ssrc:1050157689", "more than one SSRC"),
        (GOOD, "", "last line"),
    ],
)
def test_a_wrong_answer_is_refused(old: str, new: str, why: str) -> None:
    assert old in GOOD, "the test would change nothing"
    with pytest.raises(SdpRefused, match=why):
        judge(GOOD.replace(old, new))
