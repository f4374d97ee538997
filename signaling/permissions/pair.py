"""Owns whose permission is meant: one business number and one user. Data only."""

import msgspec

from signaling.calls.events import Caller

PREFIX = "permit:"


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A business number and a user, as far as either is known."""

    phone_number_id: str
    """Meta's id of the business number (PNID)."""
    user: Caller
    """With a user id (BSUID), a number, or both; with both, they are the same user's from then on."""
    business_number: str | None = None
    """Digits of the business number, for the countries that may not call; None if they are not known here."""

    def __post_init__(self) -> None:
        """A user without a name of either kind is a bug of the caller's."""
        assert self.user.user_id or self.user.number, "a user has an id or a number"

    @property
    def id_key(self) -> str | None:
        """Key of the record under the user id, the better one."""
        return self._key(self.user.user_id)

    @property
    def number_key(self) -> str | None:
        """Key of the record under the number."""
        return self._key(self.user.number)

    def _key(self, user: str | None) -> str | None:
        return f"{PREFIX}{self.phone_number_id}:{user}" if user else None
