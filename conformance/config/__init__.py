"""The target file, environment and options, read into one value."""

from conformance.config.connection import authorizer, guard, transport_options
from conformance.config.loading import load_target
from conformance.config.secret import Secret
from conformance.config.target import Campaign, CodeTrigger, Target

__all__ = [
    "Campaign",
    "CodeTrigger",
    "Secret",
    "Target",
    "authorizer",
    "guard",
    "load_target",
    "transport_options",
]
