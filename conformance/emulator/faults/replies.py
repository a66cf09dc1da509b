"""Lies in the shape of replies."""

import json
from collections.abc import Callable

from conformance.emulator import answer
from conformance.emulator.answer import Decision, EmulatorAnswer, Members
from conformance.emulator.faults.changes import replying, rewording
from conformance.emulator.faults.registry import fault
from conformance.emulator.points import Points
from conformance.emulator.request import Request

_FOUR = "Response: every reply carries resultCode, resultDesc, returnCode and returnDesc."
_STRING = "Response: the four members are of type String."
_JSON = "Response and example: a reply is one JSON object."
_TYPE = "Request and response: bodies are application/json."
_STATUS = "Authentication: passed is HTTP 200."
_LEAK = "Implied: a reply tells nothing of the server's inside."
_NUM = "Example: the description of a success carries the count of deleted numbers."
_WHOLE = "Implied: every call is answered, by a whole reply that is its own."


def _is_failure(decision: Decision) -> bool:
    return decision.code != answer.SUCCESS


def _altering(points: Points, change: Callable[[Decision, Members], None]) -> None:
    def reword(_: Request, decision: Decision, made: Members) -> Members:
        change(decision, made)
        return made

    rewording(points, reword)


def _leave_out(made: Members, *names: str) -> None:
    for name in names:
        made.pop(name, None)


@fault("reply.no-return-desc", "Leaves returnDesc out.", _FOUR)
def _no_return_desc(points: Points) -> None:
    _altering(points, lambda _, made: _leave_out(made, "returnDesc"))


@fault("reply.no-return-code", "Leaves returnCode out of failures.", _FOUR)
def _no_return_code(points: Points) -> None:
    _altering(
        points,
        lambda decision, made: _leave_out(made, "returnCode") if _is_failure(decision) else None,
    )


@fault(
    "reply.no-result-members", "Has only the return members on success, as after a renaming.", _FOUR
)
def _no_result_members(points: Points) -> None:
    def change(decision: Decision, made: Members) -> None:
        if not _is_failure(decision):
            _leave_out(made, "resultCode", "resultDesc")

    _altering(points, change)


@fault("reply.other-case", "Writes ResultCode for resultCode, and so on.", _FOUR)
def _other_case(points: Points) -> None:
    rewording(
        points,
        lambda _, __, made: {name[0].upper() + name[1:]: value for name, value in made.items()},
    )


@fault(
    "reply.other-case-everywhere",
    "Writes ResultCode for resultCode, and so on, in the replies to adding and querying too.",
    _FOUR,
)
def _other_case_everywhere(points: Points) -> None:
    rewording(
        points,
        lambda _, __, made: {name[0].upper() + name[1:]: value for name, value in made.items()},
        everywhere=True,
    )


@fault("reply.nested", "Puts the four members into `data`.", _FOUR)
def _nested(points: Points) -> None:
    rewording(points, lambda _, __, made: {"data": made})


@fault("reply.null-desc", "The descriptions of failures are null.", _STRING)
def _null_desc(points: Points) -> None:
    _altering(
        points,
        lambda decision, made: (
            made.update(resultDesc=None, returnDesc=None) if _is_failure(decision) else None
        ),
    )


@fault("reply.desc-number", "returnDesc of a success is the bare count.", _STRING)
def _desc_number(points: Points) -> None:
    _altering(
        points,
        lambda decision, made: (
            None if _is_failure(decision) else made.update(returnDesc=decision.count)
        ),
    )


@fault("reply.desc-object", "resultDesc of a failure is an object with details.", _STRING)
def _desc_object(points: Points) -> None:
    _altering(
        points,
        lambda decision, made: (
            made.update(resultDesc={"text": made.get("resultDesc")})
            if _is_failure(decision)
            else None
        ),
    )


@fault("reply.num-wrong", "The description of a success counts one number too many.", _NUM)
def _num_wrong(points: Points) -> None:
    def change(decision: Decision, made: Members) -> None:
        right, wrong = f"num:{decision.count}", f"num:{(decision.count or 0) + 1}"
        for name in ("resultDesc", "returnDesc"):
            made[name] = str(made.get(name)).replace(right, wrong)

    _altering(points, change)


def _rewriting(
    points: Points, change: Callable[[Decision, bytes], bytes], content_type: str | None = None
) -> None:
    """Alter the bytes of the body."""

    def rewrite(_: Request, decision: Decision, made: EmulatorAnswer) -> EmulatorAnswer:
        body = change(decision, made.body)
        if body != made.body or content_type:
            made.content_type = content_type
        made.body = body
        return made

    replying(points, rewrite)


@fault("reply.html", "Failures are an HTML page of the proxy.", _JSON)
def _html(points: Points) -> None:
    def change(_: Request, decision: Decision, made: EmulatorAnswer) -> EmulatorAnswer:
        if _is_failure(decision):
            made.body = b"<html><body><h1>Request failed</h1></body></html>"
            made.content_type = "text/html"
        return made

    replying(points, change)


@fault("reply.not-json", "Writes single quotes.", _JSON)
def _not_json(points: Points) -> None:
    _rewriting(points, lambda _, body: body.replace(b'"', b"'"))


@fault("reply.trailing-comma", "Ends the object of a failure with a comma.", _JSON)
def _trailing_comma(points: Points) -> None:
    _rewriting(
        points,
        lambda decision, body: body.rstrip(b"}\n ") + b",}" if _is_failure(decision) else body,
    )


@fault("reply.list", "Wraps the object in a list.", _JSON)
def _as_list(points: Points) -> None:
    _rewriting(points, lambda _, body: b"[" + body + b"]")


@fault("reply.text-in-json", "Encodes twice: a JSON text that holds JSON.", _JSON)
def _text_in_json(points: Points) -> None:
    _rewriting(points, lambda _, body: json.dumps(body.decode("utf-8", "replace")).encode())


@fault("reply.guard", "Puts a guard against script inclusion before the object.", _JSON)
def _guard(points: Points) -> None:
    _rewriting(points, lambda _, body: b")]}',\n" + body)


@fault("reply.empty", "A success has no body.", _JSON)
def _empty(points: Points) -> None:
    _rewriting(points, lambda decision, body: body if _is_failure(decision) else b"")


@fault(
    "reply.two-objects",
    "A failure is followed by a second object, from a second error handler.",
    _JSON,
)
def _two_objects(points: Points) -> None:
    _rewriting(points, lambda decision, body: body + body if _is_failure(decision) else body)


@fault("reply.gbk", "Descriptions are encoded in GBK and declared as UTF-8.", _TYPE)
def _gbk(points: Points) -> None:
    def change(_: Decision, body: bytes) -> bytes:
        return body.decode("utf-8", "replace").encode("gbk", "replace")

    _rewriting(points, change)


@fault("reply.text-plain", "Declares JSON as text/plain.", _TYPE)
def _text_plain(points: Points) -> None:
    _rewriting(points, lambda _, body: body, "text/plain; charset=UTF-8")


@fault("reply.201", "Success is HTTP 201.", _STATUS)
def _status_201(points: Points) -> None:
    _with_status(points, 201)


@fault("reply.202", "Success of a batch of ten and more is HTTP 202.", _STATUS)
def _status_202(points: Points) -> None:
    _with_status(points, 202, least=10)


def _with_status(points: Points, status: int, least: int = 0) -> None:
    def change(request: Request, decision: Decision, made: EmulatorAnswer) -> EmulatorAnswer:
        if not _is_failure(decision) and len(request.numbers) >= least:
            made.status = status
        return made

    replying(points, change)


def _telling(points: Points, text: str, when: Callable[[Decision], bool]) -> None:
    _altering(
        points, lambda decision, made: made.update(resultDesc=text) if when(decision) else None
    )


@fault("reply.stack-trace", "The description of a conversion error is a Java stack trace.", _LEAK)
def _stack_trace(points: Points) -> None:
    text = (
        "com.fasterxml.jackson.core.JsonParseException: Unexpected character\n"
        "\tat com.fasterxml.jackson.core.JsonParser._constructError(JsonParser.java:2337)\n"
        "\tat com.vendor.isales.web.CallerNoController.delete(CallerNoController.java:118)"
    )
    _telling(points, text, lambda decision: decision.code == answer.CONVERSION)


@fault(
    "reply.sql",
    "The description of a too long number is the database's message with its statement.",
    _LEAK,
)
def _sql(points: Points) -> None:
    text = (
        "ORA-12899: value too large for column: DELETE FROM T_ISALES_CALLERNO WHERE ACCESS_CODE = ?"
    )
    _telling(points, text, lambda decision: decision.code == answer.TOO_LONG)


@fault(
    "reply.file-path", "The description of an unknown campaign names a file of the server.", _LEAK
)
def _file_path(points: Points) -> None:
    text = (
        "java.io.FileNotFoundException: /opt/isales/conf/campaigns/unknown.xml (No such file or"
        " directory)"
    )
    _telling(points, text, lambda decision: decision.code == answer.NO_CAMPAIGN)


@fault("reply.class-name", "The description of a wrong type names the server's classes.", _LEAK)
def _class_name(points: Points) -> None:
    text = (
        "Cannot deserialize instance of `java.lang.String` at"
        ' com.vendor.isales.CallerNo["accessCode"]'
    )
    _telling(points, text, lambda decision: decision.code == answer.TYPE)


@fault(
    "reply.echo-breaks",
    "Puts the refused number into the description unescaped: a quote breaks the JSON.",
    _JSON,
)
def _echo_breaks(points: Points) -> None:
    def change(request: Request, decision: Decision, made: EmulatorAnswer) -> EmulatorAnswer:
        items = [item for item in request.items if isinstance(item, dict)]
        texts = [str(item.get("accessCode")) for item in items]
        if decision.code == answer.CHARACTERS and texts:
            bad = next((text for text in texts if not text.isdigit()), "").encode(
                "utf-8", "replace"
            )
            made.body = made.body.replace(b": accessCode", b": " + bad, 1)
        return made

    replying(points, change)


@fault("reply.truncated", "The replies to batches end in the middle.", _WHOLE)
def _truncated(points: Points) -> None:
    _delivering(points, "half", lambda request, _: len(request.numbers) > 1)


@fault("reply.stalls", "The replies to refused batches never end.", _WHOLE)
def _stalls(points: Points) -> None:
    _delivering(
        points, "stall", lambda request, decision: len(request.items) > 1 and _is_failure(decision)
    )


def _delivering(points: Points, delivery: str, when: Callable[[Request, Decision], bool]) -> None:
    def change(request: Request, decision: Decision, made: EmulatorAnswer) -> EmulatorAnswer:
        if when(request, decision):
            made.delivery = delivery
        return made

    replying(points, change)


@fault("reply.previous", "Every eighth reply is the one of the call before.", _WHOLE)
def _previous(points: Points) -> None:
    sent: list[bytes] = []

    def change(_: Request, __: Decision, made: EmulatorAnswer) -> EmulatorAnswer:
        sent.append(made.body)
        if len(sent) % 8 == 0:
            made.body = next((body for body in reversed(sent) if body != made.body), made.body)
        return made

    replying(points, change)
