"""The campaigns of a target: opened in one place, set up, looked at, and put back."""

from conformance.campaigns.borrowing import borrow, may_be_exact
from conformance.campaigns.campaign_set import CallSender, CampaignSet, FactLog
from conformance.campaigns.episode import Episode
from conformance.campaigns.foreign import leased_foreign
from conformance.campaigns.journalling import JournalLog
from conformance.campaigns.leftovers import Leftover, leftovers, open_campaigns
from conformance.campaigns.opener import Opened, Plan, must_be_back, opened, reopened
from conformance.campaigns.opening import open_campaign_set
from conformance.campaigns.restoring import Restoration, restore, strangers_in_words
from conformance.campaigns.resuming import resume, settled
from conformance.campaigns.watchdog import Outage, Watchdog

__all__ = [
    "CallSender",
    "CampaignSet",
    "Episode",
    "FactLog",
    "JournalLog",
    "Leftover",
    "Opened",
    "Outage",
    "Plan",
    "Restoration",
    "Watchdog",
    "borrow",
    "leased_foreign",
    "leftovers",
    "may_be_exact",
    "must_be_back",
    "open_campaign_set",
    "open_campaigns",
    "opened",
    "reopened",
    "restore",
    "resume",
    "settled",
    "strangers_in_words",
]
