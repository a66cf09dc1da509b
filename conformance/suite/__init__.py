"""Tests of a server: a file per section of the document, and the drivers that cross sections. They
reach it through fixtures only.
"""
