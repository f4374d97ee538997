"""The packet engine: one UDP port, one native thread, every packet. ``types`` are its words, ``engine`` is its loop."""
