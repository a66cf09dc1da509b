"""The campaigns of a target: what they hold, how they are set up, looked at, and put back."""

from conformance.campaigns.episode import Episode
from conformance.campaigns.ground import Ground, Log, Wire
from conformance.campaigns.journalling import JournalLog
from conformance.campaigns.leftovers import Leftover, last_looks, leftovers, open_campaigns
from conformance.campaigns.opening import open_ground
from conformance.campaigns.restoring import abandon, restore, strangers_in_words
from conformance.campaigns.resuming import PutBack, resume
from conformance.campaigns.vigil import Outage, Vigil

__all__ = [
    "Episode",
    "Ground",
    "JournalLog",
    "Leftover",
    "Log",
    "Outage",
    "PutBack",
    "Vigil",
    "Wire",
    "abandon",
    "last_looks",
    "leftovers",
    "open_campaigns",
    "open_ground",
    "restore",
    "resume",
    "strangers_in_words",
]
