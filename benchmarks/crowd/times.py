"""Owns how long the steps of a call took, as the caller's side saw them. Pure."""

from collections.abc import Callable, Iterable, Iterator

from benchmarks.crowd.caller import NativeCaller
from benchmarks.simulator.call import SimulatedCall
from benchmarks.simulator.moment import Moment


def since_webhook_s(calls: Iterable[SimulatedCall], milestone: Callable[[SimulatedCall], Moment]) -> Iterator[float]:
    """From just before the connect webhook is posted to the milestone, for each call that came so far."""
    for call in calls:
        at = milestone(call).at
        if at is not None and call.webhook_sent.at is not None:
            yield at - call.webhook_sent.at


def accept_to_audio_s(calls: Iterable[SimulatedCall]) -> Iterator[float]:
    """From Meta's 200 of accept to the first packet at the phone."""
    for call in calls:
        at = call.phone.heard.at if isinstance(call.phone, NativeCaller) else call.ear.first_at
        if at is not None and call.accepted.at is not None:
            yield at - call.accepted.at
