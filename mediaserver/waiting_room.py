"""Owns how the configuration of the waiting room becomes its rules. The records are signaling's, the file is ours."""

from mediaserver.config import Config
from signaling.calls.call import Policies
from signaling.waiting.reception import Reception
from signaling.waiting.routes import Directory, Rule
from signaling.waiting.rules import AgentProfile, QueuePolicy, Rules


def rules_of(config: Config) -> Rules:
    """What the board goes by."""
    return Rules(
        queues={
            queue.name: QueuePolicy(ring_s=queue.ring_s, refused_pause_s=queue.refused_pause_s)
            for queue in config.queues
        },
        agents={agent.name: AgentProfile(queues=frozenset(agent.queues)) for agent in config.agents},
    )


def reception_of(config: Config) -> Reception:
    """The door. Calls without a route go to the first queue of the file."""
    rules = [
        Rule(
            name=route.name,
            queue=route.queue,
            priority=route.priority,
            channel=route.channel,
            communication=route.communication,
            numbers=frozenset(route.numbers),
            countries=frozenset(route.countries),
            payloads=route.payloads,
        )
        for route in config.routes
    ]
    waits = {
        queue.name: Policies(max_wait_s=queue.max_wait_s, return_s=queue.agent_return_s) for queue in config.queues
    }
    return Reception(Directory(rules, default_queue=config.queues[0].name), waits)
