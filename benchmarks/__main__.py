"""`make bench`: run every benchmark and print its table."""

from benchmarks import checks, lateness, pages, startup

startup.show()
pages.show()
checks.show()
lateness.show()
