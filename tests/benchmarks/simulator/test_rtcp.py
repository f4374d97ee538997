"""Sender reports are what aiortc, an independent reader, takes for them."""

import pytest
from aiortc.rtp import RtcpPacket, RtcpSdesPacket, RtcpSrPacket

from benchmarks.simulator.rtcp import sender_report


@pytest.mark.parametrize("cname", ["a", "ab", "abc", "WhatsAppAudioStream1"])
def test_a_report_is_read_back(cname: str) -> None:
    report = sender_report(ssrc=7, now=1.5, timestamp=960, packets=50, octets=5000, cname=cname)
    sent, described = RtcpPacket.parse(report)
    assert isinstance(sent, RtcpSrPacket)
    assert isinstance(described, RtcpSdesPacket)
    assert (sent.ssrc, sent.sender_info.packet_count, sent.sender_info.octet_count) == (7, 50, 5000)
    assert sent.sender_info.ntp_timestamp == (2_208_988_801 << 32) + (1 << 31), "half past one second in 1970"
    assert described.chunks[0].items == [(1, cname.encode())]
