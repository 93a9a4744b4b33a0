"""The worked examples of the timing facts, or those of the file that $TIMING_EXAMPLES names."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.records import Place
from service.timing import Policy, Reader, RestDays, plan

EXAMPLES = Path(
    os.environ.get("TIMING_EXAMPLES")
    or Path(__file__).parent.parent / "data" / "timing-examples.jsonl"
)


def read_examples() -> list[Any]:
    """Read one example a line."""
    lines = EXAMPLES.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


@pytest.mark.parametrize("example", read_examples(), ids=lambda example: str(example["case"]))
def test_example_gives_the_slot_that_was_worked_out(example: dict[str, Any]) -> None:
    """Each worked example gives its target, to which only natural minutes are added."""
    place = Place(
        zone=example["zone"], country=example["country"], subdivision=example["subdivision"]
    )
    policy = Policy(rest_days=RestDays(example["rest_days"]))
    starts_at = datetime.fromisoformat(example["started_at"])
    ends_at = datetime.fromisoformat(example["ended_at"])
    reader = Reader("dana@harbour.example", place)
    (slot,) = plan(starts_at, ends_at, [reader], policy, ends_at, user_zone="Asia/Kolkata")
    assert slot.target_at == datetime.fromisoformat(example["utc"])
    assert slot.target_at.tzinfo is UTC
    local = slot.target_at.astimezone(ZoneInfo(slot.zone))
    assert local.isoformat() == example["earliest_send"]
    assert timedelta() <= slot.at - slot.target_at <= timedelta(minutes=28)


def test_examples_are_there() -> None:
    """An empty file of examples would let everything pass."""
    assert len(read_examples()) > 0
