"""What a tab may ask for beside calls, over real WebSockets: wallboard, colleagues, conversations, a test call."""

import asyncio

from signaling.agents.messages import (
    CloseCode,
    Hello,
    Ping,
    Pong,
    Presence,
    Ready,
)
from signaling.agents.sideline_messages import (
    Colleagues,
    ConversationChanged,
    LineOffer,
    Wallboard,
    WatchColleagues,
    WatchConversation,
    WatchWallboard,
)
from signaling.agents.tokens import DEFAULT_TTL_S, Role
from signaling.conversations.watchers import MOST
from signaling.wallboard.view import WallboardNow
from tests.signaling.agents.site import BOUND_S, Site


async def test_only_a_supervisor_may_watch_the_whole_site(site: Site) -> None:
    supervisor, agent = await site.sign_in("sue", Role.SUPERVISOR), await site.sign_in("ann")
    await agent.say(WatchWallboard(on=True))
    await agent.say(Ping())
    assert isinstance(await agent.hear(), Pong), "an agent would see every customer of the site"
    await supervisor.say(WatchWallboard(on=True))
    assert await supervisor.hear() == Wallboard(board=WallboardNow(site.clock(), (), (), ()))
    await supervisor.say(WatchWallboard(on=False))
    await supervisor.say(Ping())
    assert isinstance(await supervisor.hear(), Pong)


async def test_a_programs_token_opens_no_tab(site: Site) -> None:
    tab = await site.connect()
    await tab.say(Hello(version=1, token=site.token("crm", Role.INTEGRATION)))
    assert await tab.close_code() == CloseCode.BAD_TOKEN


async def test_a_test_call_ends_with_its_tab(site: Site) -> None:
    tab = await site.sign_in()
    await tab.say(LineOffer(sdp="offer"))
    name, *_ = await site.asked.until("legs.answer")
    await tab.socket.close()
    assert await site.asked.until("legs.close") == (name, None), "a leg would play music to nobody"


async def test_a_tab_hears_of_the_conversations_it_watches(site: Site) -> None:
    tab = await site.sign_in()
    for number in range(MOST + 1):
        await tab.say(WatchConversation(conversation_id=f"c{number}", on=True))
    await tab.say(WatchConversation(conversation_id="c1", on=False))
    await tab.say(Ping())
    assert isinstance(await tab.hear(), Pong), "watching answers something"
    for conversation in ("c0", "c1", f"c{MOST}", "c2"):
        site.watchers.changed(conversation, 7)
    heard = [await tab.hear(), await tab.hear()]
    assert heard == [
        ConversationChanged(conversation_id="c0", revision=7),
        ConversationChanged(conversation_id="c2", revision=7),
    ], "a page is told of what it left, or of more than it may watch, or not of what it shows"
    await tab.socket.close()
    await asyncio.wait_for(site.handled.wait(), BOUND_S)
    assert not site.watchers._watched, "a closed tab is told for ever"


async def test_an_agent_sees_to_whom_a_caller_may_go(site: Site) -> None:
    tab = await site.sign_in()
    await tab.say(WatchColleagues(on=True))
    assert await tab.hear() == Colleagues(agents=(), queues=())
    await tab.say(WatchColleagues(on=False))
    await tab.say(Ping())
    assert isinstance(await tab.hear(), Pong)


async def test_76_a_session_outlives_its_token_and_a_new_one_needs_a_new_token(site: Site) -> None:
    """#76: agents who lose the ability to answer in mid-shift; a token is asked for at the door and not at the desk."""
    tab = await site.sign_in()
    token = site.token()
    site.clock.advance(DEFAULT_TTL_S + 3600.0)
    await tab.say(Ready())
    assert await tab.hear() == Presence(presence="ready")
    late = await site.connect()
    await late.say(Hello(version=1, token=token))
    assert await late.close_code() == CloseCode.BAD_TOKEN, "a token would open the door for ever"
