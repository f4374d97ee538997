"""Owns the view of a waiting room that tells nothing, for tests in which nobody is told his place."""


class Unseen:
    """A ``mediaserver.wait_player.QueueView``: place and wait are not said, and an announcement may begin."""

    def place(self, call_id: str) -> int | None:
        """Not known."""
        return None

    def estimate(self, call_id: str) -> float | None:
        """Not known."""
        return None

    def about_to_connect(self, call_id: str) -> bool:
        """Not known."""
        return False
