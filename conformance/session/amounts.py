"""How much each check does at each effort: episodes, calls, replays. Measured totals stand in the
README.
"""

from msgspec import Struct


class Amounts(Struct, frozen=True, kw_only=True):
    """Counts per check. `forms`: ways to have one defect that are tried.

    `promised`: cases per binding clause below which a run is inconclusive.
    """

    name: str
    calls: int
    """The calls that a run at this effort is meant to stay within; enforced in the transport with
    some room for findings.
    """
    forms: int
    bodies: int
    machine_episodes: int
    machine_steps: int
    bursts: int
    fuzz: int
    coverage: bool
    hunt: int
    long_steps: int
    wide: int
    """Numbers to which a campaign is grown."""
    tamperings: int
    hostile: int
    values: int
    replays: int
    batch: int
    """Defective calls between two looks and controls."""
    promised: int
    glances: bool
    """Look between calls too, not only where the next call depends on it and at the end of an
    episode.
    """


QUICK = Amounts(
    name="quick",
    calls=450,
    forms=2,
    bodies=8,
    machine_episodes=2,
    machine_steps=14,
    bursts=5,
    fuzz=5,
    coverage=False,
    hunt=48,
    long_steps=0,
    wide=103,
    tamperings=27,
    hostile=16,
    values=5,
    replays=4,
    promised=1,
    batch=64,
    glances=False,
)
STANDARD = Amounts(
    name="standard",
    calls=4200,
    forms=40,
    bodies=120,
    machine_episodes=24,
    machine_steps=40,
    bursts=48,
    fuzz=80,
    coverage=True,
    hunt=160,
    long_steps=240,
    wide=420,
    tamperings=60,
    hostile=40,
    values=60,
    replays=14,
    promised=2,
    batch=4,
    glances=True,
)
THOROUGH = Amounts(
    name="thorough",
    calls=27000,
    forms=60,
    bodies=1200,
    machine_episodes=240,
    machine_steps=60,
    bursts=400,
    fuzz=600,
    coverage=True,
    hunt=800,
    long_steps=2000,
    wide=900,
    tamperings=60,
    hostile=400,
    values=600,
    replays=24,
    promised=4,
    batch=4,
    glances=True,
)
AMOUNTS = {amounts.name: amounts for amounts in (QUICK, STANDARD, THOROUGH)}
