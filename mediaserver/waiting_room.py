"""Owns how the configuration of the waiting room becomes its rules. The records are signaling's, the file is ours."""

from mediaserver.config import Config
from mediaserver.hours_config import hours_of
from mediaserver.waiting_config import AgentSection, QueueSection
from signaling.calls.call import Policies
from signaling.clock import Clock
from signaling.waiting.reception import Reception
from signaling.waiting.routes import Directory, Rule
from signaling.waiting.rules import AgentProfile, QueuePolicy, Rules


def rules_of(config: Config) -> Rules:
    """What the board goes by."""
    return Rules(
        queues={queue.name: _policy(queue) for queue in config.queues},
        agents={agent.name: _profile(agent, position) for position, agent in enumerate(config.agents)},
    )


def reception_of(config: Config, clock: Clock) -> Reception:
    """The door. Calls without a route go to the first queue of the file."""
    rules = [
        Rule(
            name=route.name,
            queue=route.queue,
            priority=route.priority,
            call_priority=route.call_priority,
            skills=route.skills,
            channel=route.channel,
            communication=route.communication,
            numbers=frozenset(route.numbers),
            countries=frozenset(route.countries),
            payloads=route.payloads,
        )
        for route in config.routes
    ]
    waits = {queue.name: _call_policies(queue, config.dialling.ring_s) for queue in config.queues}
    hours = {queue.name: hours_of(queue.hours) for queue in config.queues if queue.hours is not None}
    return Reception(Directory(rules, default_queue=config.queues[0].name), waits, hours, clock)


def _call_policies(queue: QueueSection, ring_time_s: float) -> Policies:
    return Policies(
        with_agent=queue.answer == "with_agent",
        says_closed=bool(queue.farewell.closed),
        return_s=queue.agent_return_s,
        one_way_s=queue.one_way_alarm_s,
        ring_time_s=ring_time_s,
    )


def _policy(queue: QueueSection) -> QueuePolicy:
    return QueuePolicy(
        strategy=queue.strategy,
        skills=frozenset(queue.skills),
        ring_s=queue.ring_s,
        refused_pause_s=queue.refused_pause_s,
        no_answer_pause_s=queue.no_answer_pause_s,
        busy_pause_s=queue.busy_pause_s,
        wrap_up_s=queue.wrap_up_s,
        sticky_s=queue.sticky_s,
        caller_return_s=queue.caller_return_s,
        max_length=queue.max_length,
        max_wait_s=queue.max_wait_s,
        unstaffed_wait_s=queue.unstaffed_wait_s,
        overflow=queue.overflow,
        overflow_queue=queue.overflow_queue,
        hours=hours_of(queue.hours) if queue.hours is not None else None,
    )


def _profile(agent: AgentSection, position: int) -> AgentProfile:
    return AgentProfile(
        queues=frozenset(agent.queues),
        skills=frozenset(agent.skills),
        tier=agent.tier,
        position=position,
        wrap_up_s=agent.wrap_up_s,
    )
