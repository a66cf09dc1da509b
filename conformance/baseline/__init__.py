"""What a project holds a server to over time: waivers, an expected profile, and what was found on
earlier nights.
"""

from conformance.baseline.drafting import draft
from conformance.baseline.expecting import (
    OTHERWISE,
    READING,
    Expectation,
    SubjectCount,
    changes,
    otherwise,
    read_profile,
)
from conformance.baseline.known import KnownPrograms, Program, open_known
from conformance.baseline.reading import read_drafts, read_waivers
from conformance.baseline.standing import Circumstances, Occurrence, excuse, stand
from conformance.baseline.waiver import EVERY, Waiver
from conformance.baseline.wording import headlines

__all__ = [
    "EVERY",
    "OTHERWISE",
    "READING",
    "Circumstances",
    "Expectation",
    "KnownPrograms",
    "Occurrence",
    "Program",
    "SubjectCount",
    "Waiver",
    "changes",
    "draft",
    "excuse",
    "headlines",
    "open_known",
    "otherwise",
    "read_drafts",
    "read_profile",
    "read_waivers",
    "stand",
]
