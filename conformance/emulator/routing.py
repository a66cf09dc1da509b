"""From method and path to the operation that is asked for."""

from urllib.parse import unquote

from conformance.emulator.answer import EmulatorAnswer
from conformance.emulator.call import ReceivedCall
from conformance.emulator.points import Route
from conformance.emulator.profile import Profile
from conformance.emulator.replies import Replies

ROOT = "/rest/isales/v1/openapi/campaigns/"


class Routing:
    """Finds the operation of a call, or the answer to a call that asks for none."""

    def __init__(self, profile: Profile, base_path: str, replies: Replies) -> None:
        self._root = base_path + ROOT
        self._replies = replies
        self._other = profile.readings.other_methods
        self._has_query = profile.query.shows != "absent"

    def find(self, call: ReceivedCall) -> Route | EmulatorAnswer:
        """Return the route, or what to answer instead."""
        if not call.path.startswith(self._root):
            return self._replies.plain(404, "no such resource")
        parts = call.path[len(self._root) :].split("/")
        if len(parts) == 3 and parts[1] == "callerNo":
            return self._find_numbers(call, unquote(parts[0]), unquote(parts[2]))
        if len(parts) == 2 and self._has_query:
            return self._find_query(call, unquote(parts[0]), unquote(parts[1]))
        return self._replies.plain(404, "no such resource")

    def _find_numbers(self, call: ReceivedCall, vdn: str, campaign: str) -> Route | EmulatorAnswer:
        operation = {"DELETE": "delete", "POST": "add"}.get(call.method)
        if operation is None:
            return self._refuse_method(call, "DELETE, POST")
        return Route(operation=operation, vdn_text=vdn, campaign_text=campaign)

    def _find_query(self, call: ReceivedCall, vdn: str, campaign: str) -> Route | EmulatorAnswer:
        if call.method != "GET":
            return self._refuse_method(call, "GET")
        return Route(operation="query", vdn_text=vdn, campaign_text=campaign)

    def _refuse_method(self, call: ReceivedCall, allowed: str) -> EmulatorAnswer:
        if self._other == "405":
            reply = self._replies.plain(405, "method not allowed")
            reply.headers = (("Allow", allowed),)
            return reply
        if self._other == "404":
            return self._replies.plain(404, "no such resource")
        return self._replies.failure(call, "method")
