"""The named points of handling a call. Each is a callable that a fault may replace or wrap; the
defaults are honest.
"""

from collections.abc import Callable
from dataclasses import dataclass

from conformance.emulator.answer import Deciding, Decision, EmulatorAnswer, Members, Steps
from conformance.emulator.call import ReceivedCall
from conformance.emulator.profile import Profile
from conformance.emulator.request import Request
from conformance.emulator.signature import Verifier
from conformance.emulator.world import World

Numbers = dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What the method and the path ask for."""

    operation: str
    vdn_text: str
    campaign_text: str


@dataclass(slots=True, kw_only=True)
class Points:
    """Everything that happens to a call, in the order in which it happens."""

    profile: Profile
    codes: dict[str, str]
    start: World  # what the server held when it started; nobody writes to it
    verifier: Verifier
    base_path: str

    handle: Callable[[ReceivedCall], Steps]  # all of it
    receive: Callable[[ReceivedCall], ReceivedCall]  # what the server believes it was sent
    authenticate: Callable[[ReceivedCall], bool]
    unauthorised: Callable[[ReceivedCall], EmulatorAnswer]
    route: Callable[[ReceivedCall], Route | EmulatorAnswer]
    world: Callable[[ReceivedCall], World]  # the store that this call sees
    parse: Callable[[Request], None]  # fills request.body
    inspect: Callable[[Request], None]  # fills request.found, numbers, ids
    look: Callable[[Request], Numbers | None]  # the campaign's numbers, as the decision sees them
    empties: Callable[[Request, Numbers], bool]  # would the deletion leave none?
    amend: Callable[[Request], None]  # the last word on what is wrong
    code: Callable[[Request, str], str]  # the code for a defect
    window: Callable[[Request], float]  # seconds between decision and act
    remove: Callable[[Request, Numbers], int]
    add: Callable[[Request, Numbers], int]
    refuse: Callable[[Request, str], Decision]
    operations: dict[str, Callable[[Request], Deciding]]
    members: Callable[[Request, Decision], Members]
    render: Callable[[ReceivedCall, Members], bytes]
    reply: Callable[
        [Request, Decision], EmulatorAnswer
    ]  # members, render and all that belongs to the reply
