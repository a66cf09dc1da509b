"""The honest server: how a call is handled when nobody lies."""

from collections.abc import Generator

from conformance.emulator import answer, defects, inspection
from conformance.emulator.answer import Deciding, Decision, EmulatorAnswer, Steps
from conformance.emulator.call import ReceivedCall
from conformance.emulator.points import Numbers, Points, Route
from conformance.emulator.profile import Profile
from conformance.emulator.replies import Replies
from conformance.emulator.request import Request, parse_json
from conformance.emulator.routing import Routing
from conformance.emulator.signature import Verifier
from conformance.emulator.world import DEFAULT_PRIORITY, World


class Rules:
    """Decides calls by a profile, over one world. Whatever it does, it does through its points."""

    def __init__(
        self, profile: Profile, world: World, verifier: Verifier, base_path: str = ""
    ) -> None:
        self._readings = profile.readings
        self._ranks = profile.ranks()
        self._item_rank = min(self._ranks[name] for name in defects.OF_ITEMS)
        self._world = world
        self._pause = profile.reply.delay
        replies = Replies(profile)
        self.points = Points(
            profile=profile,
            codes=profile.complete_codes(),
            start=world.copy(),
            verifier=verifier,
            base_path=base_path,
            handle=self._handle,
            receive=lambda call: call,
            authenticate=verifier.accepts if profile.auth.scheme == "auth-v2" else lambda _: True,
            unauthorised=replies.unauthorised,
            route=Routing(profile, base_path, replies).find,
            world=lambda _: world,
            parse=_parse,
            inspect=self._inspect,
            look=_look,
            empties=self._empties,
            amend=lambda _: None,
            code=self._code,
            window=lambda _: 0.0,
            remove=_remove,
            add=_add,
            refuse=lambda request, defect: Decision(
                code=self.points.code(request, defect), defect=defect
            ),
            operations={"delete": self._delete, "add": self._add, "query": self._query},
            members=replies.members,
            render=replies.render,
            reply=lambda request, decision: replies.reply(self.points, request, decision),
        )

    def _handle(self, call: ReceivedCall) -> Steps:
        points = self.points
        if self._pause:
            yield self._pause / 2
        call = points.receive(call)
        reply = (
            points.unauthorised(call)
            if not points.authenticate(call)
            else (yield from self._serve(call))
        )
        if self._pause:
            yield self._pause / 2
        return reply

    def _serve(self, call: ReceivedCall) -> Steps:
        points = self.points
        route = points.route(call)
        if isinstance(route, EmulatorAnswer):
            return route
        request = self.request(call, route)
        points.parse(request)
        points.inspect(request)
        decision = yield from points.operations[route.operation](request)
        return points.reply(request, decision)

    def request(self, call: ReceivedCall, route: Route) -> Request:
        """Begin to understand a call."""
        return Request(
            call=call,
            world=self.points.world(call),
            operation=route.operation,
            vdn_text=route.vdn_text,
            campaign_text=route.campaign_text,
        )

    def _inspect(self, request: Request) -> None:
        inspection.find_in_path(request)
        inspection.find_in_query(request)
        inspection.find_in_headers(request)
        if request.operation == "query":
            return
        inspection.find_in_body(request)
        inspection.find_in_items(request)
        self._find_too_many(request)
        if request.operation == "add":
            inspection.find_priorities(request, mandatory=self._readings.priority == "mandatory")

    def _find_too_many(self, request: Request) -> None:
        count = len(request.items)
        if self._readings.limit_counts == "distinct" and request.operation == "delete":
            count -= len(request.numbers) - len(set(request.numbers))
        if count > inspection.MOST_NUMBERS:
            request.note("caller-no.too-many")

    def _find_campaign(self, request: Request) -> Numbers | None:
        """Look the campaign up, noting what is wrong with naming it."""
        key = request.key
        if key is None:
            return None
        held = self.points.look(request)
        if held is None:
            is_elsewhere = request.world.owners.get(key[1], key[0]) != key[0]
            request.note("campaign-id.other-vdn" if is_elsewhere else "campaign-id.unknown")
        return held

    def _delete(self, request: Request) -> Deciding:
        points = self.points
        held = self._find_campaign(request)
        if held is not None and request.numbers:
            self._find_absent(request, held)
            if points.empties(request, held):
                request.note("campaign.last-number")
        points.amend(request)
        defect = self.first_defect(request)
        if defect or held is None:
            return points.refuse(request, defect or "campaign-id.unknown")
        yield from self._wait(request)
        return Decision(
            code=answer.SUCCESS, count=self._count(request, points.remove(request, held))
        )

    def _wait(self, request: Request) -> Generator[float, None, None]:
        """Leave the time between decision and act that an honest server does not have."""
        window = self.points.window(request)
        if window:
            yield window

    def _find_absent(self, request: Request, held: Numbers) -> None:
        absent = [number for number in request.numbers if number not in held]
        if not absent:
            return
        if self._readings.absent != "refuse-if-none-present" or len(absent) == len(request.numbers):
            request.note("number.absent")

    def _empties(self, request: Request, held: Numbers) -> bool:
        """Apply the rule that at least one number stays, in the profile's reading."""
        if self._readings.last_number == "remaining":
            distinct = set(request.numbers)
            going = sum(1 for number in distinct if number in held)
            return bool(going) and going == len(held)
        if self._readings.last_number == "named-items":
            return len(request.numbers) >= len(held)
        return len(set(request.numbers)) >= len(held)

    def _count(self, request: Request, removed: int) -> int:
        if self._readings.num == "named":
            return len(request.numbers)
        return len(set(request.numbers)) if self._readings.num == "distinct" else removed

    def first_defect(self, request: Request) -> str:
        """Choose the defect that the reply speaks of, or none."""
        if not request.found:
            return ""
        seen = [name for name in request.found if self._code(request, name) != defects.ACCEPT]
        if not seen:
            return ""
        if self._is_by_item:
            return min(seen, key=lambda name: self._place(name, request.found[name]))
        return min(seen, key=self._ranks.__getitem__)

    @property
    def _is_by_item(self) -> bool:
        return self.points.profile.order.items == "first-item"

    def _place(self, name: str, position: int) -> tuple[int, int, int]:
        rank = self._ranks[name]
        return (self._item_rank, position, rank) if name in defects.OF_ITEMS else (rank, 0, 0)

    def _code(self, request: Request, defect: str) -> str:
        """Return a defect's code; adding always refuses a number that is named twice."""
        code = self.points.codes[defect]
        if code == defects.ACCEPT and request.operation == "add" and defect == "number.duplicate":
            return answer.COMBINATION
        return code

    def _add(self, request: Request) -> Deciding:
        points = self.points
        held = self._find_campaign(request)
        if held is not None:
            self._find_against_adding(request, held)
        points.amend(request)
        defect = self.first_defect(request)
        if defect or held is None:
            return points.refuse(request, defect or "campaign-id.unknown")
        yield from self._wait(request)
        return Decision(code=answer.SUCCESS, count=points.add(request, held))

    def _find_against_adding(self, request: Request, held: Numbers) -> None:
        new = {number for number in request.numbers if number not in held}
        if self._readings.adding == "refused":
            request.note("adding.refused")
        if self._readings.existing_on_add == "refuse" and len(new) < len(set(request.numbers)):
            request.note("number.present")
        if self._readings.cap and len(held) + len(new) > self._readings.cap:
            request.note("campaign.full")

    def _query(self, request: Request) -> Deciding:
        held = self._find_campaign(request)
        self.points.amend(request)
        defect = self.first_defect(request)
        if defect or held is None:
            return self.points.refuse(request, defect or "campaign-id.unknown")
        yield from self._wait(request)
        return Decision(code=answer.SUCCESS, shown=self._shown(request, list(held)))

    def _shown(self, request: Request, numbers: list[str]) -> answer.Members:
        return {
            "vdnId": request.vdn,
            "campaignId": request.campaign,
            "callerNo": self._shown_numbers(numbers),
        }

    def _shown_numbers(self, numbers: list[str]) -> str:
        query = self.points.profile.query
        if query.shows == "first":
            numbers = numbers[:1]
        elif query.shows == "last":
            numbers = numbers[-1:]
        numbers = numbers[: query.at_most or None]
        if query.separator == "json":
            return "[" + ",".join(f'"{number}"' for number in numbers) + "]"
        return query.separator.join(numbers)[: query.characters or None]


def _parse(request: Request) -> None:
    """Read the body's JSON, noting where it is none."""
    if request.operation == "query":
        return
    body = request.call.body
    if not body.strip():
        request.note("body.empty")
        return

    def note_duplicate() -> None:
        request.duplicate_keys = True

    try:
        request.body = parse_json(body, note_duplicate)
    except (ValueError, RecursionError):
        request.note("body.not-json")


def _look(request: Request) -> Numbers | None:
    key = request.key
    return None if key is None else request.world.campaigns.get(key)


def _remove(request: Request, held: Numbers) -> int:
    before = len(held)
    for number in request.numbers:
        held.pop(number, None)
    return before - len(held)


def _add(request: Request, held: Numbers) -> int:
    before = len(held)
    for number in request.numbers:
        held.setdefault(number, request.priorities.get(number, DEFAULT_PRIORITY))
    return len(held) - before
