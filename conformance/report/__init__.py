"""Everything that a person or a machine reads of a run, written from one `VerdictDocument`."""
