"""Tests of what is done with a target's campaigns."""
