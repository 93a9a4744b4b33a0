"""Call Back: writes the follow-up mails after an interview and sends them the day after."""

import zoneinfo
from pathlib import Path

import tzdata

# The zones of the tzdata package, not the computer's: they are as new as the last upgrade, and all
# processes of an installation plan by the same ones. Here, before the first zone is opened.
zoneinfo.reset_tzpath([Path(tzdata.__file__).with_name("zoneinfo")])
