"""The packet engine: UDP ports, one native thread, every packet. ``types`` are its words, ``engine`` is its loop."""
