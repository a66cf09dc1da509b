"""The texts of replies, in the two languages of the product."""

from collections.abc import Mapping
from typing import TypeVar

from conformance.emulator import answer
from conformance.emulator.profile import Profile

Words = TypeVar("Words")
_REASONS: Mapping[str, Mapping[str, str]] = {
    "en_US": {
        answer.PARAMETER_ERROR: "the parameters are wrong",
        answer.NO_CAMPAIGN: "there is no such outbound campaign",
        answer.EMPTY: "a value is missing",
        answer.CHARACTERS: "the value holds characters that are not allowed",
        answer.TOO_LONG: "the value is too long",
        answer.TOO_SHORT: "the value is too short",
        answer.LENGTH: "the length is outside the allowed range",
        answer.TYPE: "the value is of the wrong type",
        answer.VALUE: "the value is not allowed",
        answer.CONVERSION: "the value cannot be converted",
        answer.COMBINATION: "these values do not go together",
        answer.HOUR_MINUTE: "hour and minute belong together",
        answer.TOO_MANY: "there are too many values",
    },
    "zh_CN": {
        answer.PARAMETER_ERROR: "参数错误",
        answer.NO_CAMPAIGN: "外呼活动不存在",
        answer.EMPTY: "参数为空",
        answer.CHARACTERS: "参数包含非法字符",
        answer.TOO_LONG: "参数超过最大长度",
        answer.TOO_SHORT: "参数小于最小长度",
        answer.LENGTH: "参数长度不在范围内",
        answer.TYPE: "参数类型错误",
        answer.VALUE: "参数值错误",
        answer.CONVERSION: "参数转换错误",
        answer.COMBINATION: "参数组合错误",
        answer.HOUR_MINUTE: "小时和分钟必须同时设置",
        answer.TOO_MANY: "参数个数超过限制",
    },
}
_SUCCESSES: Mapping[str, Mapping[str, str]] = {
    "en_US": {
        "delete": "delete callerNo success.num:{num}",
        "add": "add callerNo success.num:{num}",
        "query": "query campaign success",
    },
    "zh_CN": {
        "delete": "删除主叫号码成功.num:{num}",
        "add": "添加主叫号码成功.num:{num}",
        "query": "查询外呼活动成功",
    },
}
_NAMES = {
    "vdn-id": "vdnId",
    "campaign-id": "campaignId",
    "campaign": "callerNo",
    "caller-no": "callerNo",
    "item": "callerNo",
    "number": "accessCode",
    "access-code": "accessCode",
    "priority": "priority",
    "content-type": "Content-Type",
    "locale": "locale",
    "member": "hour, minute",
    "query": "query",
    "body": "body",
    "key": "body",
    "adding": "callerNo",
}
_LAST_NUMBER = {"en_US": "at least one calling number must stay", "zh_CN": "至少保留一个主叫号码"}


class Wording:
    """Puts decisions into words, as a profile wants them."""

    def __init__(self, profile: Profile) -> None:
        self._text = profile.text
        self._counts = profile.readings.num != "absent"
        self._templates = {
            "delete": self._text.deleted,
            "add": self._text.added,
            "query": self._text.queried,
        }

    def language(self, locale: str | None) -> str:
        """Choose the language for a `locale` header."""
        return locale if locale in self._text.languages else self._text.default

    def success(self, operation: str, count: int | None, language: str) -> str:
        """Describe what was done."""
        template = self._templates[operation].get(language) or _of(_SUCCESSES, language)[operation]
        if not self._counts:
            template = template.replace(".num:{num}", "").replace("num:{num}", "")
        return template.replace("{num}", str(count))

    def failure(self, code: str, defect: str, language: str) -> str:
        """Describe what was wrong."""
        reason = _of(_REASONS, language).get(code, code)
        if defect == "campaign.last-number":
            reason = _of(_LAST_NUMBER, language)
        name = _NAMES.get(defect.partition(".")[0], "")
        template = self._text.failure.get(language) or ("{reason}: {name}" if name else "{reason}")
        return template.replace("{reason}", reason).replace("{name}", name)

    def second(self, description: str, code: str) -> str:
        """Word returnDesc beside a given resultDesc."""
        if self._text.return_desc == "same":
            return description
        if self._text.return_desc == "short":
            return description.partition(":")[0] if code != answer.SUCCESS else description
        return code if self._text.return_desc == "code" else ""


def _of(texts: Mapping[str, Words], language: str) -> Words:
    """Take the texts of a language; a profile may name one that has no texts here."""
    return texts.get(language, texts["en_US"])
