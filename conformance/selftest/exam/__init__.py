"""The suite as its users run it, against servers whose faults and readings are known."""
