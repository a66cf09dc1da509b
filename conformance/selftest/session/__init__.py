"""Tests of what a run keeps in mind."""
