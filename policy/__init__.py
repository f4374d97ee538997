"""May we call? The permission policy for calls to WhatsApp users. Imports nothing of ours and does no I/O.

``limits`` holds the figures as data, ``records`` what is remembered of one business number and one user, ``events``
what can be learned; ``history.apply`` and ``history.merge`` say how it is remembered. ``rules.decide`` judges one ask,
``explaining.explain`` shows the whole picture, both as ``verdict`` describes them. Times are epoch seconds; whatever
depends on the time takes ``now``.
"""
