"""Owns two SDP offers as they come from the field: Meta's of a user-initiated call, and a desktop Chromium's for audio.

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
