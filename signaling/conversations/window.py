"""Owns the customer service window (CSW): until when free-form messages may be sent. Pure.

Meta: it is open for 24 hours from any message or call of the customer's, and from the customer's accepting our call.
"""

WINDOW_S = 86_400.0
"""Seconds (whatsapp-calling 2.4)."""


def open_until(opened_at: float | None, now: float) -> float | None:
    """When the window closes, epoch seconds; None if it is closed."""
    if opened_at is None or opened_at + WINDOW_S <= now:
        return None
    return opened_at + WINDOW_S
