"""The wait of the demo: two callers hear greeting, ringing, music and where they stand; one gets an agent, one a note.

The agent comes while the first caller is being told his place, and answers in mid-sentence. The second caller is
offered to be called back, presses the key, and waits on.
"""

from benchmarks.server_process import Section, ServerProcess
from benchmarks.simulator.agent import AgentCall, ScriptedAgent
from benchmarks.simulator.browser import AgentBrowser
from benchmarks.simulator.call import SimulatedCall
from benchmarks.simulator.cloud import SimulatedWhatsApp
from benchmarks.simulator.ear import Ear
from benchmarks.simulator.phone import CallerPhone
from benchmarks.simulator.report import Keys, report
from hold_audio.prompts.recordings import prompts

QUEUE: Section = {
    "country": "gb",
    "ringback_cycles": 1,
    "wait": {
        "greeting": ["busy"],
        "spacing_s": 0.5,
        "announcements": [{"say": ["place", "keep-place"], "first_s": 6.0, "every_s": 600.0}],
        "call_back": {"key": "1", "then": "stay", "first_s": 6.5, "every_s": 600.0},
    },
}
"""Greeting 2 s, one British cadence 3 s, then music; the offer follows the place."""

_LOOK_S = 0.1
_LOOKS = 300
_CONFIRMED_S = 4.0
_TALKING_S = 1.5
_PATIENCE_S = 15.0


async def waiting_calls(cloud: SimulatedWhatsApp, server: ServerProcess) -> tuple[SimulatedCall, AgentCall, Keys]:
    """Both callers wait; Ada signs in during the first one's announcement."""
    spoken = {name: clip.frames for name, clip in prompts("en")[0].items()}
    ada = ScriptedAgent(server.agent_url, await server.agent_token("Ada"), lambda: AgentBrowser(cloud.pacer))
    phone = CallerPhone(cloud.pacer)
    try:
        first = cloud.place_call()
        await first.accepted.wait(_PATIENCE_S)
        second = cloud.place_call(phone=phone)
        await _heard(first.ear, spoken["en/next"][:10])
        await ada.start()
        ringing = await ada.next_ring(_PATIENCE_S)
        await ringing.media_up.wait(_PATIENCE_S)
        await ringing.answer()
        await ringing.joined.wait(_PATIENCE_S)
        await first.ended.within(_TALKING_S)
        first.hang_up()
        await ada.go_away()
        await _heard(second.ear, spoken["en/offer-after"])
        phone.press("1")
        await second.ear.listen(_CONFIRMED_S, _PATIENCE_S)
        second.hang_up()
        await second.ended.wait(_PATIENCE_S)
        await cloud.settled()
    finally:
        await ada.close()
    keys = report(first, ringing) | _judged(first, second, spoken)
    keys["call_backs_noted"] = len((await server.printed("call-backs", "--json")).splitlines())
    keys["story"] = await server.printed("calls", "--details")
    return first, ringing, keys


def _judged(first: SimulatedCall, second: SimulatedCall, spoken: dict[str, tuple[bytes, ...]]) -> Keys:
    """What the callers heard of what was said, and how the second one fared."""
    one, two = ([heard.packet.payload for heard in call.ear.recording] for call in (first, second))
    other = report(second, None)
    announcement = (*spoken["en/next"], *spoken["en/keep-place"])
    return {
        "greeted": all(tuple(heard[: len(spoken["en/busy"])]) == spoken["en/busy"] for heard in (one, two)),
        "told_their_places": _holds(one, spoken["en/next"][:10]) and _holds(two, spoken["en/2"]),
        "cut_in_mid_sentence": not _holds(one, announcement),
        "offered_by_key": _holds(two, (*spoken["en/offer-before"], *spoken["en/1"], *spoken["en/offer-after"])),
        "request_confirmed": _holds(two, (*spoken["en/noted"], *spoken["en/keep-place"])),
        "second_max_gap_ms": other["max_gap_ms"],
        "second_rtp_discontinuities": other["rtp_discontinuities"],
        "violations": [*first.violations, *second.violations],
    }


async def _heard(ear: Ear, frames: tuple[bytes, ...]) -> None:
    """Wait until these frames were heard in a row. Raises TimeoutError."""
    for _ in range(_LOOKS):
        if _holds([heard.packet.payload for heard in ear.recording[-2 * len(frames) - 10 :]], frames):
            return
        await ear.listen(_LOOK_S, _PATIENCE_S)
    raise TimeoutError("what was to be said was not said")


def _holds(heard: list[bytes], frames: tuple[bytes, ...]) -> bool:
    return any(tuple(heard[at : at + len(frames)]) == frames for at in range(len(heard)))
