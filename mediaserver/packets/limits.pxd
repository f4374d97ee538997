"""Owns the engine's limits. They are fixed at compile time, so that nothing is allocated per packet. No code."""

cdef enum:
    MAX_PORTS = 256  # UDP ports of one engine.
    MAX_LEGS = 8192
    MAX_CLIPS = 4096
    MAX_CUES = 16  # Items of one playlist.
    MAX_SPEAKERS = 3  # Legs that one leg can hear at once; each of four then hears all others.
    PROBES = 4  # Legs that can be looked at at once for whether they are audible.
    MAX_DIGITS = 32  # Keys that may wait to be sent to a leg.
    MAX_DATAGRAM = 1500  # Bytes; what an Ethernet path carries.
    BUFFER = 1664  # MAX_DATAGRAM and libsrtp's longest trailer (144); no power of two, to spread over the cache.
    RX_BATCH = 64  # Datagrams of one recvmmsg.
    TX_BATCH = 512  # Datagrams of one sendmmsg.
    RING = 2048  # Events that may wait for asyncio; a power of two.
    RING_RESERVE = 512  # Of these, only for legs, so that a flood of STUN cannot hide what legs do.
