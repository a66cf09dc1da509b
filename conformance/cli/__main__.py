"""`python -m conformance.cli`: the command line without its script."""

from conformance.cli import main

main()
