"""Owns one peer each: its SDP, ICE, DTLS and keys, all through the one UDP port of the packet engine.

Reading order: ``sdp`` and ``sdp_writing`` (pure), ``transport`` (the port as ICE sees it), ``ice``, ``srtp``,
``dtls``, ``leg``, ``answering``, ``offering``. This is the only package that may import aiortc, aioice and pylibsrtp;
``tests/mediaserver/legs/test_private_names.py`` lists what it leans on. It never touches an RTP packet: those stay in
the engine.
"""
