"""How fast the suite is: its calls per second beside those of a bare client, in one interleaved
run; and what memory it takes.
"""
