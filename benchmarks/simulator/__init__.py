"""A simulated WhatsApp cloud, callers' phones with a caller's ear, and scripted agents: the judge of the product.

It shares no code with the media server; of the product it knows the agents' protocol only. In reading order:

- ``cloud``: the whole WhatsApp, ``place_call`` gives a ``call``, which keeps stages, timers and broken rules
- ``graph`` and ``refusal``: the Graph API and its errors; ``webhooks`` and ``payloads``: what Meta posts, and how
- ``phone``: a caller, with ``offer`` and ``answer`` (SDP) and ``ice_lite``
- ``agent`` and ``browser``: a scripted agent
- ``media_end``, ``secure_end``, ``dtls``, ``full_ice``, ``rtp``, ``rtcp``, ``udp``, ``pacer``: the media beneath them
- ``tones`` and ``opus``: what they say; ``ear``, ``continuity`` and ``hearing``: what they heard
- ``report``: the verdict
- ``moment``: milestones and waiting
"""
