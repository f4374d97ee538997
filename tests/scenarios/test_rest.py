"""What a CRM does through the REST interface, against a real server and a WhatsApp that keeps Meta's limits."""

from pathlib import Path
from typing import Any

from benchmarks.simulator.agent import AgentCall
from benchmarks.simulator.message_request import CallButton, PermissionQuestion
from signaling.agents.tokens import Role
from signaling.pause import pause
from tests.support.rest_client import RestClient
from tests.support.stage import PATIENCE_S, Stage, staged, until

PNID = "445566778899001"
NUMBERS = {"numbers": [{"phone_number_id": PNID, "number": "442079460018", "name": "Support"}]}


async def thread_where(client: RestClient, conversation: str, holds: Any) -> Any:
    """The thread once it is as it should be; webhooks take a moment to arrive."""
    for _ in range(100):
        thread = await client.must("GET", f"/conversations/{conversation}")
        if holds(thread):
            return thread
        await pause(0.05)
    raise AssertionError(f"the thread never came to it: {thread}")


async def wrote(stage: Stage, client: RestClient) -> tuple[Any, str]:
    """A customer has written, and the CRM has seen it."""
    user = stage.user()
    user.write("Hello?")
    for _ in range(100):
        listed = (await client.must("GET", "/conversations"))["conversations"]
        if listed:
            return user, listed[0]["id"]
        await pause(0.05)
    raise AssertionError("what the customer wrote is in no conversation")


async def test_permission_is_asked_given_and_seen(tmp_path: Path) -> None:
    async with staged(tmp_path, tables=NUMBERS) as stage:
        client = RestClient(stage)
        user, conversation = await wrote(stage, client)
        who = {"phone_number_id": PNID, "user_id": user.identity.user_id}
        before = await client.must("GET", "/permissions", **who)
        assert (before["call"]["allowed"], before["request"]["allowed"]) == (False, True)
        assert before["call"]["reason"] == "no_permission"

        thread = await client.must("POST", f"/conversations/{conversation}/permission-requests", {"text": "May we?"})
        assert thread["entries"][-1]["sending"]["state"] == "accepted"
        await thread_where(client, conversation, lambda t: t["entries"][-1]["sending"]["state"] == "delivered")
        status, problem = await client.ask("POST", f"/conversations/{conversation}/permission-requests", {"text": "?"})
        assert (status, problem["code"]) == (409, "requests_per_day"), "Meta would refuse what the policy let through"
        assert problem["free_at"] > 0

        user.allow()
        answered = await thread_where(client, conversation, lambda t: t["entries"][-1]["kind"] == "permission_answer")
        assert answered["entries"][-2]["answer"]["response"] == "accept"
        after = await client.must("GET", "/permissions", **who)
        assert after["call"]["allowed"], "the customer said yes and the page does not know it"
        assert after["permission"]["expires_at"] is not None


async def test_a_lost_answer_does_not_ask_twice(tmp_path: Path) -> None:
    async with staged(tmp_path, tables=NUMBERS) as stage:
        client = RestClient(stage)
        user, conversation = await wrote(stage, client)
        path = f"/conversations/{conversation}/permission-requests"
        first = await client.ask("POST", path, {"text": "May we?"}, key="same")
        again = await client.ask("POST", path, {"text": "May we?"}, key="same")
        assert first[0] == again[0] == 200
        asked = [message for message in user.chat.messages if isinstance(message.content, PermissionQuestion)]
        assert len(asked) == 1


async def test_a_button_carries_its_payload_back_with_the_call(tmp_path: Path) -> None:
    async with staged(tmp_path, tables=NUMBERS) as stage:
        client = RestClient(stage)
        user, conversation = await wrote(stage, client)
        draft = f"/conversations/{conversation}/drafts/d1"
        await client.must("PUT", draft, {"body": "Talk to us", "label": "A label that is far too long"})
        status, problem = await client.ask("POST", draft + "/send")
        assert (status, problem["code"]) == (422, "invalid")
        assert "label" in problem["detail"], "a person has to know which field is wrong"
        await client.must("PUT", draft, {"body": "Talk to us", "label": "Call us", "payload": "order-5521"})
        sent = await client.must("POST", draft + "/send")
        assert (sent["drafts"], sent["entries"][-1]["kind"]) == ([], "call_button")
        await thread_where(client, conversation, lambda t: t["entries"][-1]["sending"]["state"] == "delivered")
        assert any(isinstance(message.content, CallButton) for message in user.chat.messages)

        ann = await stage.agent("ann")
        call = user.press_call_button()
        talk = await stage.talk(ann)
        await talk.hang_up()
        await until(call.ended)
        thread = await thread_where(client, conversation, lambda t: t["entries"][-1]["kind"] == "call")
        entry = thread["entries"][-1]
        assert (entry["outcome"], entry["agent"], entry["payloads"]) == ("answered", "ann", ["order-5521"])
        assert (await client.must("GET", "/calls"))["calls"][0]["cta_payload"] == "order-5521"


async def test_a_closed_window_is_explained(tmp_path: Path) -> None:
    async with staged(tmp_path, tables=NUMBERS) as stage:
        client = RestClient(stage)
        user = stage.user()
        opened = {"with": {"phone_number_id": PNID, "number": user.identity.number}, "form": {"topic": "Order 5521"}}
        conversation = (await client.must("POST", "/conversations", opened))["summary"]["id"]
        path = f"/conversations/{conversation}/permission-requests"
        status, problem = await client.ask("POST", path, {"text": "May we?"})
        assert (status, problem["code"]) == (409, "window_closed")
        assert "template" in problem["detail"], "the person is told what to do instead"


async def test_a_program_lets_an_agent_phone(tmp_path: Path) -> None:
    async with staged(tmp_path, tables=NUMBERS) as stage:
        client = RestClient(stage)
        user, conversation = await wrote(stage, client)
        wish = {"agent": "ann", "user_id": user.identity.user_id}
        status, problem = await client.ask("POST", "/calls", wish)
        assert (status, problem["code"]) == (409, "no_permission"), "the agent would be sent for nothing"
        await client.must("POST", f"/conversations/{conversation}/permission-requests", {"text": "May we?"})
        await thread_where(client, conversation, lambda t: t["entries"][-1]["sending"]["state"] == "delivered")
        user.allow()
        await thread_where(client, conversation, lambda t: t["entries"][-1]["kind"] == "permission_answer")
        status, problem = await client.ask("POST", "/calls", wish)
        assert (status, problem["code"]) == (409, "agent_not_there")

        ann = await stage.agent("ann")
        user.will_answer()
        status, asked = await client.ask("POST", "/calls", wish)
        assert (status, asked["agent"]) == (202, "ann")
        wanted = await ann.next_asked_to_dial(PATIENCE_S)
        talk = await ann.dial(wanted.to, request_id=wanted.request_id)
        assert isinstance(talk, AgentCall), f"the page was refused what the program was promised: {talk}"
        await until(talk.joined)
        await talk.hang_up()
        called = await thread_where(client, conversation, lambda t: any(e["kind"] == "call" for e in t["entries"]))
        (entry,) = (entry for entry in called["entries"] if entry["kind"] == "call")
        assert (entry["direction"], entry["outcome"], entry["agent"]) == ("outbound", "answered", "ann")
        explained = await client.must("GET", "/permissions", phone_number_id=PNID, user_id=user.identity.user_id)
        assert len(explained["calls"]) == 1, "the ledger does not know of the call"


async def test_an_agent_lets_nobody_else_phone(tmp_path: Path) -> None:
    async with staged(tmp_path, tables=NUMBERS) as stage:
        client = RestClient(stage, "ann", Role.AGENT)
        status, problem = await client.ask("POST", "/calls", {"agent": "bob", "number": "+447700900123"})
        assert (status, problem["code"]) == (403, "not_yours")


async def test_a_customer_is_forgotten(tmp_path: Path) -> None:
    async with staged(tmp_path, tables=NUMBERS) as stage:
        client = RestClient(stage)
        _, conversation = await wrote(stage, client)
        contact = (await client.must("GET", f"/conversations/{conversation}"))["summary"]["contact"]["id"]
        status, _ = await RestClient(stage, role=Role.AGENT).ask("DELETE", f"/contacts/{contact}")
        assert status == 403, "an agent may erase the history of a customer"

        erased = await client.must("DELETE", f"/contacts/{contact}")

        assert (erased["contacts"], erased["conversations"]) == (1, 1)
        assert (await client.must("GET", "/conversations"))["conversations"] == []
        status, _ = await client.ask("GET", f"/conversations/{conversation}")
        assert status == 404, "the conversation can still be read"
