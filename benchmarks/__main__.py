"""`make bench`: run every benchmark and print its table."""

from benchmarks import checks, startup

startup.show()
checks.show()
