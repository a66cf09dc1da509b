"""From a decision to the members, the text and the status of a reply."""

import json
from collections.abc import Callable, Mapping

from conformance.emulator import answer
from conformance.emulator.answer import Decision, EmulatorAnswer, Members
from conformance.emulator.call import ReceivedCall
from conformance.emulator.points import Points
from conformance.emulator.profile import Profile
from conformance.emulator.request import Request
from conformance.emulator.wording import Wording

_NOT_INTEGER = ("vdn-id.not-integer", "campaign-id.not-integer")


class Replies:
    """Makes replies of the shape that a profile wants."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._wording = Wording(profile)
        self._refusals: Mapping[str, Callable[[ReceivedCall], EmulatorAnswer]] = {
            "members": self._refuse_with_members,
            "empty": lambda _: EmulatorAnswer(status=401),
            "text": lambda _: EmulatorAnswer(
                status=401, body=b"Unauthorized", content_type="text/plain"
            ),
            "html": lambda _: EmulatorAnswer(
                status=401, body=b"<h1>401 Unauthorized</h1>", content_type="text/html"
            ),
            "error": lambda _: self.plain(401, "authentication failed"),
        }

    def reply(self, points: Points, request: Request, decision: Decision) -> EmulatorAnswer:
        """Answer a call that was understood."""
        status = self._status(decision)
        body = points.render(request.call, points.members(request, decision))
        return EmulatorAnswer(
            status=status, body=body, code=decision.code, numbers=tuple(request.numbers)
        )

    def _status(self, decision: Decision) -> int:
        readings = self._profile.readings
        if decision.code == answer.SUCCESS:
            return 200
        if decision.defect in _NOT_INTEGER and readings.path_not_integer_status != 200:
            return readings.path_not_integer_status
        if decision.code == answer.NO_CAMPAIGN and readings.unknown_campaign_status:
            return readings.unknown_campaign_status
        return readings.failure_status

    def members(self, request: Request, decision: Decision) -> Members:
        """Make the four members, and what else belongs to the reply."""
        language = self._wording.language(request.call.headers.get("locale"))
        if decision.code == answer.SUCCESS:
            description = self._wording.success(request.operation, decision.count, language)
        else:
            description = self._wording.failure(decision.code, decision.defect, language)
        made = self._four(decision.code, description)
        if decision.shown is not None:
            made["returnObject"] = decision.shown
        return made

    def _four(self, code: str, description: str) -> Members:
        made: Members = {
            "resultCode": code,
            "resultDesc": description,
            "returnCode": code,
            "returnDesc": self._wording.second(description, code),
        }
        if self._profile.reply.extra:
            made.update(self._profile.reply.extra)
        return {**{name: made[name] for name in self._profile.reply.order if name in made}, **made}

    def render(self, _: ReceivedCall, members: object) -> bytes:
        """Write members as JSON."""
        reply = self._profile.reply
        text = json.dumps(members, ensure_ascii=reply.ascii, indent=reply.indent or None)
        return text.encode(reply.charset, "replace")

    def unauthorised(self, call: ReceivedCall) -> EmulatorAnswer:
        """Answer a caller without a valid signature."""
        reply = self._refusals[self._profile.auth.refusal](call)
        reply.code = "401"
        return reply

    def _refuse_with_members(self, call: ReceivedCall) -> EmulatorAnswer:
        code = self._profile.auth.refusal_code
        return EmulatorAnswer(
            status=401, body=self.render(call, self._four(code, "authentication failed"))
        )

    def failure(self, call: ReceivedCall, name: str) -> EmulatorAnswer:
        """Answer HTTP 200 with the code for what has no better code."""
        language = self._wording.language(call.headers.get("locale"))
        description = self._wording.failure(answer.PARAMETER_ERROR, "", language)
        members = self._four(answer.PARAMETER_ERROR, f"{description}: {name}")
        return EmulatorAnswer(
            status=200, body=self.render(call, members), code=answer.PARAMETER_ERROR
        )

    def plain(self, status: int, message: str) -> EmulatorAnswer:
        """Answer what does not belong to the interface."""
        return EmulatorAnswer(
            status=status,
            body=json.dumps({"status": status, "message": message}).encode(),
            code=str(status),
        )
