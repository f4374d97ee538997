"""Owns the door: what is decided about a call before it begins. Reads the clock; ``routes`` and ``hours`` decide."""

from collections.abc import Mapping

import structlog

from signaling.calls.call import Policies, Route
from signaling.calls.events import CallOffered
from signaling.clock import Clock
from signaling.tags import call_tag
from signaling.waiting.hours import Hours
from signaling.waiting.routes import Approach, Communication, Directory

_log = structlog.get_logger(__name__)


class Reception:
    """Gives every new call its route. ``waits`` has those of every queue, ``hours`` those of queues that close."""

    def __init__(
        self, directory: Directory, waits: Mapping[str, Policies], hours: Mapping[str, Hours], clock: Clock
    ) -> None:
        self._directory = directory
        self._waits = waits
        self._hours = hours
        self._clock = clock
        self.unrouted = 0
        """Calls that no rule expected, although there are rules; each is in the log too."""

    def queue_of(self, approach: Approach) -> str:
        """Whose agents see to a customer who approaches otherwise than by a call."""
        return self._directory.find(approach).queue

    def outbound(self, queue: str | None) -> Route | None:
        """Where a call belongs that an agent places for this queue, or for the default one; None for an unknown one."""
        name = queue if queue is not None else self._directory.default_queue
        return Route(queue=name, policies=self._waits[name]) if name in self._waits else None

    def route(self, offer: CallOffered) -> Route:
        """Where this call goes."""
        payloads = (offer.cta_payload, offer.deeplink_payload)
        found = self._directory.find(
            Approach(
                communication=Communication.CALL,
                caller=offer.caller,
                phone_number_id=offer.phone_number_id,
                business_number=offer.business_number,
                payloads=tuple(payload for payload in payloads if payload is not None),
            )
        )
        if found.unexpected:
            self.unrouted += 1
            _log.warning("no_route_matched", call=call_tag(offer.call_id), queue=found.queue)
        rule, hours = found.rule, self._hours.get(found.queue)
        return Route(
            queue=found.queue,
            rule=rule.name if rule is not None else None,
            priority=rule.call_priority if rule is not None else 0,
            skills=rule.skills if rule is not None else (),
            closed=hours is not None and not hours.open_at(self._clock()),
            policies=self._waits[found.queue],
        )
