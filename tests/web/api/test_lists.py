"""Lists are read page by page, whole and in order, whatever is added meanwhile."""

from typing import Any

import pytest

from tests.web.api.conftest import Script, problem_of


def _read(script: Script, path: str, limit: int) -> list[Any]:
    """Read a list to its end."""
    items: list[Any] = []
    cursor = None
    while True:
        page = script.get(path, params={"limit": limit, "cursor": cursor})
        assert len(page["items"]) <= limit
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            return items


@pytest.mark.parametrize("path", ["/interviews", "/follow-ups", "/events"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_a_list_is_whole_whatever_the_size_of_its_pages(
    script: Script, path: str, limit: int
) -> None:
    """Each once: interviews and mails the newest first, events the oldest first."""
    script.submit_several(7)
    ids = [each["id"] for each in _read(script, path, limit)]
    assert len(ids) == len(set(ids)) >= 7
    assert ids == sorted(ids, reverse=path != "/events")


def test_what_is_added_meanwhile_shifts_nothing(script: Script) -> None:
    """The second page goes on from the first, neither again nor beyond."""
    script.submit_several(4)
    first = script.get("/follow-ups", params={"limit": 2})
    script.submit()
    second = script.get("/follow-ups", params={"limit": 2, "cursor": first["next"]})
    assert [each["id"] for each in (*first["items"], *second["items"])] == [4, 3, 2, 1]
    assert second["next"] is None


def test_a_list_of_mails_may_be_narrowed(script: Script) -> None:
    """By state, several of them too, and by interview."""
    script.submit_several(3)
    script.post("/follow-ups/1/stop")
    script.post("/follow-ups/2/sent")

    def ids(**asked: Any) -> list[int]:
        return [each["id"] for each in script.get("/follow-ups", params=asked)["items"]]

    assert ids(state="stopped") == [1]
    assert ids(state=["stopped", "sent"]) == [2, 1]
    assert ids(interview_id=3) == [3]
    assert problem_of(script.ask("GET", "/follow-ups?state=lost"))[0] == 422


def test_the_history_of_a_mail_is_told(script: Script) -> None:
    """Oldest first, with who did it; the same as its events."""
    script.submit()
    script.post("/follow-ups/1/pause")
    history = script.get("/follow-ups/1/history")["history"]
    assert [(each["action"], each["by"]) for each in history] == [
        ("submit", "user"),
        ("hold", "user"),
    ]
    assert script.get("/events", params={"follow_up_id": 1})["items"] == history
