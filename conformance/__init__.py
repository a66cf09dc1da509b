"""Property-based conformance suite for the CC-iSales interface *Deleting Calling Numbers*."""
