"""Owns SDP as it comes from the field: Meta's offer and Meta's answers, and a desktop Chromium's offer for audio.

Addresses, keys and ids are invented (documentation ranges); shape and order of the lines are not.
"""

META_OFFER = """\
v=0
o=- 1795334400123 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE audio
a=msid-semantic: WMS 5f0c3c52-7f0e-4a7e-9f1f-2b6f4a0a9c11
a=ice-lite
m=audio 3480 UDP/TLS/RTP/SAVPF 111 126
c=IN IP4 203.0.113.40
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:3405803783 1 udp 2122260223 203.0.113.40 3480 typ host generation 0 network-cost 50
a=candidate:1187364122 1 udp 2122262783 2001:db8:f2a1:d0:face:b00c:0:699c 3480 typ host generation 0 network-cost 50
a=ice-ufrag:k3Vt9QzLm2Xw7RbD
a=ice-pwd:Zm9vYmFyYmF6cXV4MTIzNA==
a=fingerprint:sha-256 1F:2E:3D:4C:5B:6A:79:88:97:A6:B5:C4:D3:E2:F1:00:10:21:32:43:54:65:76:87:98:A9:BA:CB:DC:ED:FE:0F
a=setup:actpass
a=mid:audio
a=sendrecv
a=msid:5f0c3c52-7f0e-4a7e-9f1f-2b6f4a0a9c11 WhatsAppTrack1
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 maxaveragebitrate=20000;maxplaybackrate=16000;minptime=20;sprop-maxcapturerate=16000;useinbandfec=1
a=rtpmap:126 telephone-event/8000
a=maxptime:20
a=ptime:20
a=ssrc:2915530371 cname:WhatsAppAudioStream1
""".replace("\n", "\r\n")

META_ANSWER = """\
v=0
o=- 1795334461007 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=msid-semantic: WMS 0a0f8e6c-5b0f-4d6d-8d43-1b0a6a5a7c10
a=ice-lite
m=audio 3482 UDP/TLS/RTP/SAVPF 111 126
c=IN IP4 203.0.113.61
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:2267310990 1 udp 2113937151 203.0.113.61 3482 typ host generation 0 ufrag W7dkPq2mXs9LcVtY network-cost 50
a=candidate:990112873 1 udp 2113939711 2001:db8:f2a1:d0:face:b00c:0:7260 3482 typ host generation 0 network-cost 50
a=ice-ufrag:W7dkPq2mXs9LcVtY
a=ice-pwd:c2FtcGxlLWljZS1wd2QtMQ==
a=fingerprint:sha-256 2A:11:0C:7F:93:5E:44:D8:61:B2:9C:EE:07:35:A1:5B:C4:80:F6:1D:72:3E:99:AC:50:6F:DB:24:8E:17:B3:C9
a=setup:active
a=mid:0
a=sendrecv
a=msid:0a0f8e6c-5b0f-4d6d-8d43-1b0a6a5a7c10 WhatsAppTrack1
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 maxaveragebitrate=20000;maxplaybackrate=16000;minptime=20;sprop-maxcapturerate=16000;useinbandfec=1
a=rtpmap:126 telephone-event/8000
a=maxptime:20
a=ptime:20
a=ssrc:1820049912 cname:WhatsAppAudioStream1
""".replace("\n", "\r\n")
"""Meta's answer of a business-initiated call (whatsapp-calling 5.4)."""

DOCUMENTED_ANSWER = (
    META_ANSWER.replace("SAVPF 111 126", "SAVPF 111 9 0 8 110 126")
    .replace("a=ice-ufrag", "a=ice-options:trickle\r\na=ice-ufrag")
    .replace("a=mid:0", "a=mid:0\r\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level")
    .replace("a=rtpmap:126", "a=rtpmap:9 G722/8000\r\na=rtpmap:110 telephone-event/48000\r\na=rtpmap:126")
    + "a=ssrc:1820049912 mslabel:0a0f8e6c\r\na=ssrc:1820049912 label:WhatsAppTrack1\r\n"
)
"""The same as Meta's documentation prints it: every codec of a browser's offer mirrored."""

CHROMIUM_OFFER = """\
v=0
o=- 5204913372841190462 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS 4d1c2a77-9b1e-4a53-9f0c-0c7f3a1d5e21
m=audio 53211 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 192.0.2.17
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:2099871520 1 udp 2122260223 192.0.2.17 53211 typ host generation 0 network-id 1 network-cost 10
a=candidate:1510613869 1 udp 2122129151 1f2e3d4c-5b6a-4789-98a7-b6c5d4e3f201.local 58022 typ host generation 0
a=candidate:842163049 1 udp 1686052607 198.51.100.23 53211 typ srflx raddr 192.0.2.17 rport 53211 generation 0
a=candidate:3388485749 1 tcp 1518280447 192.0.2.17 9 typ host tcptype active generation 0 network-id 1 network-cost 10
a=ice-ufrag:8Hq/
a=ice-pwd:wMvC3N0vYbqAJm7bYkJ8t1Yh
a=ice-options:trickle
a=fingerprint:sha-256 6B:8F:32:0E:A9:51:C7:14:5D:E0:9B:76:23:FA:48:1C:90:D5:67:B2:3E:81:0F:CC:59:A4:7D:E6:12:38:BB:04
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendrecv
a=msid:4d1c2a77-9b1e-4a53-9f0c-0c7f3a1d5e21 7f0a6f0e-58a4-4f0b-8a7e-6b0d7d2f9c33
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:1187264233 cname:Qx3mZr0pYw8sLbTn
a=ssrc:1187264233 msid:4d1c2a77-9b1e-4a53-9f0c-0c7f3a1d5e21 7f0a6f0e-58a4-4f0b-8a7e-6b0d7d2f9c33
""".replace("\n", "\r\n")


def without(offer: str, *starts: str) -> str:
    """The offer without the lines that start so."""
    return "".join(line for line in offer.splitlines(keepends=True) if not line.startswith(starts))
