"""One run from the first call to the verdict: what it may spend, what it found, how a finding is
shortened.
"""
