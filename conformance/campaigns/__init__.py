"""The campaigns of a target: opened in one place, set up, looked at, and put back."""

from conformance.campaigns.borrowing import borrow, may_be_exact
from conformance.campaigns.episode import Episode
from conformance.campaigns.foreign import leased_foreign
from conformance.campaigns.ground import Ground, Log, Wire
from conformance.campaigns.journalling import JournalLog
from conformance.campaigns.leftovers import Leftover, leftovers, open_campaigns
from conformance.campaigns.opener import Opened, Plan, must_be_back, opened, reopened
from conformance.campaigns.opening import open_ground
from conformance.campaigns.restoring import Restoration, restore, strangers_in_words
from conformance.campaigns.resuming import resume, settled
from conformance.campaigns.vigil import Outage, Vigil

__all__ = [
    "Episode",
    "Ground",
    "JournalLog",
    "Leftover",
    "Log",
    "Opened",
    "Outage",
    "Plan",
    "Restoration",
    "Vigil",
    "Wire",
    "borrow",
    "leased_foreign",
    "leftovers",
    "may_be_exact",
    "must_be_back",
    "open_campaigns",
    "open_ground",
    "opened",
    "reopened",
    "restore",
    "resume",
    "settled",
    "strangers_in_words",
]
