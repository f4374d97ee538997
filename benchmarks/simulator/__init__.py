"""A simulated WhatsApp cloud, callers' phones with a caller's ear, and scripted agents: the judge of the product.

It shares no code with the media server; of the product it knows the agents' protocol only. In reading order:

- ``cloud``: the whole WhatsApp, ``place_call`` gives a ``call``, which keeps stages, timers and broken rules
- ``whatsapp_user``: a person, with verbs; ``outbound`` lets the business call him, which gives a ``business_call``,
  told in the order of ``telling``; ``permission_ledger``: what Meta counts; ``number``: how the business stands
- ``messaging`` takes what the business writes (``message_request``, ``templates``) into a ``conversation``
- ``graph``, ``call_request`` and ``refusal``: the Graph API and its errors; ``webhooks``, ``announcer`` and the
  ``payloads`` (``business_payloads``, ``message_payloads``): what Meta posts, and how
- ``world``: what all of these share; ``clock``, which a test may push weeks ahead; ``ids``
- ``phone`` and ``callee``, both a ``relayed_phone``, with ``meta_sdp`` and ``ice_lite``; ``answer`` and
  ``business_offer`` judge SDP by common ``sdp_rules``, ``media_rules`` and ``media_watch`` judge what comes in
- ``agent`` and ``browser``: a scripted agent
- ``media_end``, ``secure_end``, ``dtls``, ``full_ice``, ``rtp``, ``rtcp``, ``udp``, ``pacer``: the media beneath them
- ``tones`` and ``opus``: what they say; ``ear``, ``continuity`` and ``hearing``: what they heard
- ``report``: the verdict
- ``moment``: milestones and waiting
"""
