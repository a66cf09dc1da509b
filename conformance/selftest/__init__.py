"""Tests of the suite itself: a folder per room, and the rules that the rooms keep towards each
other.
"""
