"""What people keep, compare and sign: profiles, recordings, and the differences between two
servers. Nothing here sends.
"""
