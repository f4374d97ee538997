"""Owns Meta's side of ICE: a lite agent that answers authenticated checks and never sends one (RFC 8445 2.5). Pure.

Meta is lite and controlled in both directions (whatsapp-calling 5.5). A business that claims CONTROLLED meets 487.
"""

from aioice import stun

from benchmarks.simulator.udp import Address

_ROLE_CONFLICT = (487, "Role Conflict")


class IceLite:
    """One lite agent. Feed it STUN datagrams with ``answer``; media may go to ``nominated`` only."""

    def __init__(self, username: str, password: str) -> None:
        self.username = username
        self.password = password
        self.remote_username: str | None = None
        """The business' fragment, known once its SDP answer is."""
        self.valid: set[Address] = set()
        """Where authenticated checks came from."""
        self.nominated: Address | None = None
        self.checks = 0
        """Authenticated binding requests."""
        self.unauthenticated = 0
        """Datagrams that claimed to be checks and were not answered."""
        self.role_conflicts = 0
        self.violations: list[str] = []

    def answer(self, datagram: bytes, sender: Address) -> bytes | None:
        """The reply to a STUN datagram, or None when it deserves none."""
        try:
            request = stun.parse_message(datagram)
        except ValueError:
            self.unauthenticated += 1
            return None
        if not self._authentic(request):
            self.unauthenticated += 1
            return None
        self.checks += 1
        if "ICE-CONTROLLED" in request.attributes:
            self.role_conflicts += 1
            return self._reply(request, stun.Class.ERROR, {"ERROR-CODE": _ROLE_CONFLICT})
        if "PRIORITY" not in request.attributes or "ICE-CONTROLLING" not in request.attributes:
            self._violate("a check lacks PRIORITY or ICE-CONTROLLING (RFC 8445 7.2)")
            return self._reply(request, stun.Class.ERROR, {"ERROR-CODE": (400, "Bad Request")})
        self.valid.add(sender)
        if "USE-CANDIDATE" in request.attributes:
            self._nominate(sender)
        return self._reply(request, stun.Class.RESPONSE, {"XOR-MAPPED-ADDRESS": sender})

    def _authentic(self, request: stun.Message) -> bool:
        if request.message_class is not stun.Class.REQUEST or request.message_method is not stun.Method.BINDING:
            return False
        local, _, remote = request.attributes.get("USERNAME", "").partition(":")
        if local != self.username or self.remote_username not in (None, remote):
            return False
        signed = request.check_message_integrity(self.password.encode())
        return signed and "FINGERPRINT" in request.attributes

    def _nominate(self, sender: Address) -> None:
        if self.nominated not in (None, sender):
            self._violate("the business switched its candidate after nomination (whatsapp-calling 5.5)")
        self.nominated = sender

    def _reply(self, request: stun.Message, kind: stun.Class, attributes: dict[str, object]) -> bytes:
        reply = stun.Message(stun.Method.BINDING, kind, request.transaction_id, attributes)
        reply.add_message_integrity(self.password.encode())
        return bytes(reply)

    def _violate(self, text: str) -> None:
        if text not in self.violations:
            self.violations.append(text)
