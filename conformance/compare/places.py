"""The same call on another server: base path and ids exchanged, everything else as it was."""

from msgspec import Struct
from msgspec.structs import replace

from conformance.contract import PATH_PREFIX
from conformance.exchange import Call, CampaignKey


class Place(Struct, frozen=True, kw_only=True):
    """Where a server's campaigns are: the one that programmes work on, a second one, and one of
    another VDN.
    """

    key: CampaignKey
    base_path: str = ""
    other: CampaignKey | None = None
    foreign: CampaignKey | None = None

    @property
    def campaigns(self) -> tuple[CampaignKey | None, ...]:
        """The three, in an order that is the same everywhere."""
        return (self.key, self.other, self.foreign)


def moved(call: Call, source: Place, target: Place) -> Call:
    """The call in the terms of another place. Ids that are nobody's stay as they are."""
    prefix = source.base_path + PATH_PREFIX + "/"
    if source == target or not call.target.startswith(prefix):
        return call
    path, mark, query = call.target[len(prefix) :].partition("?")
    parts = path.split("/")
    pairs = [
        (ours, theirs)
        for ours, theirs in zip(source.campaigns, target.campaigns, strict=True)
        if ours and theirs
    ]
    vdns = {str(ours[0]): str(theirs[0]) for ours, theirs in reversed(pairs)}
    campaigns = {str(ours[1]): str(theirs[1]) for ours, theirs in reversed(pairs)}
    parts[0] = vdns.get(parts[0], parts[0])
    parts[-1] = campaigns.get(parts[-1], parts[-1])
    return replace(call, target=f"{target.base_path}{PATH_PREFIX}/{'/'.join(parts)}{mark}{query}")
