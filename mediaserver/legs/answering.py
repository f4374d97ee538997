"""Owns the leg whose peer has offered: a caller of WhatsApp's, or an agent's browser. Its answer is there at once."""

from collections.abc import Callable

from mediaserver.legs.leg import Leg, relay_addresses
from mediaserver.legs.sdp import parse_offer
from mediaserver.legs.sdp_writing import write_answer
from mediaserver.legs.transport import SharedPorts
from mediaserver.packets.engine import Engine


class AnsweringLeg(Leg):
    """A leg for an offer. Raises BadSdp if the offer cannot be answered.

    PortsExhausted and LegsExhausted mean that it could be answered at another time.
    """

    def __init__(
        self,
        engine: Engine,
        ports: SharedPorts,
        offer: str,
        *,
        whatsapp: bool,
        on_connected: Callable[[], None],
        on_failed: Callable[[str], None],
    ) -> None:
        super().__init__(engine, ports, on_connected=on_connected, on_failed=on_failed)
        remote = parse_offer(offer)
        # Meta is controlled whoever offered (whatsapp-calling 5.5), and so is every lite agent (RFC 8445 6.1.1).
        controlling = whatsapp or remote.ice_lite
        # A relay is where its candidates say. A browser is one party alone, wherever its own checks come from.
        local_port = ports.choose(relay_addresses(remote) if controlling else ())
        self._add_stream(remote.opus, remote.telephone_event, remote.telephone_event_clock)
        self._meet(remote, local_port, controlling=controlling)
        self.answer = write_answer(remote, self._local(local_port))
        """The SDP answer."""
