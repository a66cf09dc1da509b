"""An emulator of the interface *Deleting Calling Numbers*, written from the document alone.

It knows nothing of the suite that it is used to examine, and imports nothing of it.
"""

from conformance.emulator.errors import EmulatorError
from conformance.emulator.faults import FAULTS, Fault
from conformance.emulator.foreground import serve
from conformance.emulator.options import EmulatorOptions
from conformance.emulator.process import Running, start
from conformance.emulator.profile import Profile, load_profile
from conformance.emulator.profile_files import profile_names, profile_path
from conformance.emulator.world import DEFAULT_CAMPAIGNS, parse_campaign

__all__ = [
    "DEFAULT_CAMPAIGNS",
    "FAULTS",
    "EmulatorError",
    "EmulatorOptions",
    "Fault",
    "Profile",
    "Running",
    "load_profile",
    "parse_campaign",
    "profile_names",
    "profile_path",
    "serve",
    "start",
]
