"""The campaigns of a target: what they hold, how they are set up, looked at, and put back."""

from conformance.campaigns.episode import Episode
from conformance.campaigns.ground import Ground, Log, Wire
from conformance.campaigns.opening import open_ground
from conformance.campaigns.restoring import abandon, restore

__all__ = ["Episode", "Ground", "Log", "Wire", "abandon", "open_ground", "restore"]
