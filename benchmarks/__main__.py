"""`make bench`: run every benchmark and print its table."""

import warnings

from benchmarks import checks, due, lateness, pages, startup, storing
from tests import databases

# What the peers, and the package that carries PostgreSQL, warn of is theirs.
warnings.simplefilter("ignore")

try:
    startup.show()
    pages.show()
    checks.show()
    lateness.show()
    storing.show()
    due.show()
finally:
    databases.stop_own()
