"""Owns the part of the demo in which a person is the agent: a browser here, and one customer at the keys there."""

from collections.abc import Callable

from rich.console import Console

from benchmarks.keyboard import key_presses
from benchmarks.server_process import ServerProcess
from benchmarks.simulator.call import SimulatedCall
from benchmarks.simulator.cloud import SimulatedWhatsApp
from benchmarks.simulator.message_request import CallButton, PermissionQuestion
from benchmarks.simulator.whatsapp_user import WhatsAppUser

ASK_TEMPLATE = (
    {"type": "BODY", "text": "Hello {{1}}, may we call you about order {{2}}?"},
    {"type": "call_permission_request"},
)
"""A template with which the person may ask for permission to call while the 24-hour window is closed."""
_PICKS_UP_AFTER_S = 4.0

console = Console(highlight=False)


async def be_the_agent(cloud: SimulatedWhatsApp, server: ServerProcess, told: Callable[[SimulatedCall], None]) -> None:
    """Let a person be the agent, until q. ``told`` is given each call that is over."""
    token = await server.agent_token("You", "--role", "supervisor")
    customer = Customer(cloud.user(), told)
    with key_presses() as keys:
        console.print(f"\nYour desk: {server.url}/#token={token}", markup=False, soft_wrap=True)
        console.print(
            "You are the customer's hands, too:\n"
            "  space phones the business   h hangs up   w writes a message   b presses your latest call button\n"
            "  y and n answer the latest request for permission to call; calls to you are picked up after 4 s\n"
            "q quits.\n"
        )
        while (key := await keys.get()) != "q":
            customer.press(key)
    if customer.hang_up():
        await cloud.settled()


class Customer:
    """One simulated customer, at the command of single keys."""

    def __init__(self, user: WhatsAppUser, told: Callable[[SimulatedCall], None]) -> None:
        self._user = user
        self._told = told
        self._call: SimulatedCall | None = None
        user.will_answer(after=_PICKS_UP_AFTER_S)

    def press(self, key: str) -> None:
        """One key; keys that mean nothing now do nothing."""
        if self._call is not None and self._call.ended.at is not None:
            self.hang_up()
        match key:
            case " " if self._call is None:
                self._call = self._user.call()
                console.print("You phone the business.")
            case "h":
                self.hang_up()
            case "w":
                self._user.write("Hello, where is my order 5521?")
                console.print("You write to the business.")
            case "y" if self._has(PermissionQuestion):
                self._user.allow()
                console.print("You allow calls for a week.")
            case "n" if self._has(PermissionQuestion):
                self._user.refuse()
                console.print("You do not want calls.")
            case "b" if self._call is None and self._has(CallButton):
                self._call = self._user.press_call_button()
                console.print("You press the call button.")

    def hang_up(self) -> bool:
        """End the call, if there is one."""
        call, self._call = self._call, None
        if call is None:
            return False
        call.hang_up()
        self._told(call)
        return True

    def _has(self, kind: type[CallButton | PermissionQuestion]) -> bool:
        return any(
            isinstance(message.content, kind) and message.status in ("delivered", "read")
            for message in self._user.chat.messages
        )
