"""`make bench`: run every benchmark and print its table."""

from benchmarks import startup

startup.show()
