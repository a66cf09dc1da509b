"""Deliberate lies of the emulator, a file per subject. Each changes named points of the honest handling."""

from conformance.emulator.faults.registry import FAULTS, Fault, apply_faults

__all__ = ["FAULTS", "Fault", "apply_faults"]
