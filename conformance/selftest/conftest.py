"""Settings of every test of the suite."""

from hypothesis import settings

settings.register_profile("selftest", deadline=None)  # a busy machine is no fault of the code: no test is timed
settings.load_profile("selftest")
