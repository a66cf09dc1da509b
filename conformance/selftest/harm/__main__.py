"""`python -m conformance.selftest.harm`: the matrix."""

import sys

from conformance.selftest.harm.matrix import main

if __name__ == "__main__":
    sys.exit(main())
