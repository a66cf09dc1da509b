"""A second opinion on what runs do to campaigns: commands as processes, a server of another stack,
and its own word on what it holds.
"""
