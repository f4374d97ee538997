"""Owns Meta's side as a test wants it: what it answers about permissions, and how often it was asked."""

from policy.records import Can, Snapshot, Status
from signaling.calls.events import MetaError
from signaling.permissions.lookups import LookUpFailed
from signaling.permissions.pair import Pair
from signaling.whatsapp.errors import NO_CODE


class ScriptedMeta:
    """``CallPermissions`` that answers what ``says`` holds; out of reach until a test gives it words."""

    def __init__(self) -> None:
        self.says: MetaError | Snapshot = MetaError(NO_CODE, "Meta could not be reached")
        self.asked: list[tuple[Pair, float]] = []
        """Who was asked for, and when."""

    def allow(self, *, expires_at: float | None = None) -> None:
        """From now on everything is allowed at Meta, for good if no end is given."""
        status = Status.PERMANENT if expires_at is None else Status.TEMPORARY
        self.says = Snapshot(at=0.0, status=status, expires_at=expires_at, call=Can(now=True), request=Can(now=True))

    def forbid(self) -> None:
        """From now on Meta knows of no permission."""
        self.says = Snapshot(at=0.0, status=Status.NO_PERMISSION, call=Can(now=False), request=Can(now=True))

    def refuse(self, code: int, text: str = "") -> None:
        """From now on Meta refuses to tell."""
        self.says = MetaError(code, text)

    async def look_up(self, pair: Pair, at: float) -> Snapshot:
        """As the protocol says."""
        self.asked.append((pair, at))
        if isinstance(self.says, MetaError):
            raise LookUpFailed(self.says)
        return Snapshot(
            at=at,
            status=self.says.status,
            expires_at=self.says.expires_at,
            call=self.says.call,
            request=self.says.request,
        )
