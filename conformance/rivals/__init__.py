"""The same programmes of calls driven on two servers, and what tells them apart. Nothing here
judges: two servers that are wrong in the same way are equal.
"""
