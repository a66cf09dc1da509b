"""Campaigns that nobody listed: whether one of the same id exists under another VDN.

The document does not say that a campaign id belongs to one VDN. So a call to such a URI that is
served contradicts nothing unless a look there is answered with 0200007, where a look at a listed
campaign is served, or shows a number that only this run knows. Another refusal proves nothing: a
look may be forbidden, and something in front may have answered.
"""

from conformance.campaigns.campaign_set import CampaignSet
from conformance.contract import Code
from conformance.exchange import CampaignKey
from conformance.generation.calls import query
from conformance.oracle import answer_of, digit_runs


def may_exist(campaign_set: CampaignSet, key: CampaignKey) -> bool:
    """Whether a campaign that is not listed may exist, as far as two looks tell."""
    control = answer_of(campaign_set.ask(campaign_set.keys[0]))
    look = answer_of(campaign_set.send(query(key, base_path=campaign_set.base_path)))
    if control.outcome != "served":
        return True  # the companion tells nothing of campaigns that do exist
    if look.outcome == "served":
        own = filter(campaign_set.guard.own.is_own, campaign_set.announced)
        return not digit_runs(look).intersection(own)
    return look.code != Code.NO_SUCH_CAMPAIGN
