"""Where hypothesis keeps its tables of characters and what else it remembers: never in the folder
that somebody works in.
"""

import os
import sys
from pathlib import Path

VARIABLE = "HYPOTHESIS_STORAGE_DIRECTORY"
"""Read by hypothesis when it first keeps something, in worker processes too. Where the user has set
it, that holds.
"""


def keep_in(folder: Path) -> None:
    """Let hypothesis keep its files in a folder, whether it has been loaded by now or not."""
    os.environ.setdefault(VARIABLE, str(folder))
    if (configuration := sys.modules.get("hypothesis.configuration")) is not None:
        configuration.set_hypothesis_home_dir(os.environ[VARIABLE])
