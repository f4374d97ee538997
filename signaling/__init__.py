"""Who talks to whom: WhatsApp's signalling, the life of a call, the waiting room and the agents.

Reading order: ``calls`` (the pure machine), ``ports`` (what it asks of the world), ``runner`` and ``supervisor``
(one task per call), ``whatsapp``, ``waiting``, ``agents``, ``store``, ``server``. Nothing here touches a packet.
"""
