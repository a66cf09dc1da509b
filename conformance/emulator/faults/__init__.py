"""Deliberate lies of the emulator, a file per subject. Each changes named points of the honest
handling.
"""

from conformance.emulator.faults import (
    atomicity,
    authentication,
    codes,
    coverage,
    last_number,
    limit,
    methods,
    path,
    persistence,
    replies,
    robustness,
    shapes,
    state,
    values,
    wear,
)
from conformance.emulator.faults.registry import FAULTS, Fault, apply_faults

SUBJECTS = (
    limit,
    last_number,
    state,
    persistence,
    atomicity,
    values,
    shapes,
    path,
    codes,
    replies,
    robustness,
    wear,
    authentication,
    coverage,
    methods,
)

__all__ = ["FAULTS", "SUBJECTS", "Fault", "apply_faults"]
