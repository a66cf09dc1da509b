"""Tests of the target file."""
