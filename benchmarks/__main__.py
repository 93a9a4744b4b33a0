"""`make bench`: run every benchmark and print its table."""

from benchmarks import checks, lateness, startup

startup.show()
checks.show()
lateness.show()
