"""Many interviews in one call: each stored whole or refused, sent again without harm."""

from tests.web.api.conftest import SUBMISSION, Script, problem_of

CSV = {"Content-Type": "text/csv"}
HEADER = "company,role,starts,ends,where,why,name,email,line\n"
ROW = (
    "Harbour Foods,Quality Manager,2026-12-08 09:00,10:00,London,"
    "I have made small kitchens pass large audits.,"
    "Henrik Vogt,h.vogt@harbour.example,You told me how the cold store is kept cold.\n"
)
BAD = "Oakfield,Clerk,2026-12-08 09:00,10:00,London,I like how you file.,Tom Hale,tom at oak,\n"


def test_each_is_stored_whole_or_refused_with_its_lines(script: Script) -> None:
    """What is stored waits for approval; with the word for all of them it is scheduled."""
    for query, waiting in (("", "approval"), ("&approve=true", None)):
        told = script.post(
            f"/interviews/bulk?mailbox=local{query}", data=HEADER + ROW + BAD, headers=CSV
        )
        (added,), (refused,) = told["added"], told["refused"]
        assert (added["lines"], added["company"], added["waiting"]) == (
            [2],
            "Harbour Foods",
            [waiting],
        )
        assert refused["lines"] == [3]
        assert refused["problems"][0].startswith("line 3: email: is no mail address")
    (mail,) = script.get("/follow-ups")["items"]
    assert (mail["id"], mail["state"]) == (added["follow_ups"][0], "scheduled")


def test_a_dry_run_stores_nothing(script: Script) -> None:
    """It says what would come of each."""
    told = script.post("/interviews/bulk?dry_run=true", data=HEADER + ROW, headers=CSV)
    assert told["added"][0]["interview_id"] is None
    assert script.get("/interviews")["items"] == []


def test_more_than_can_be_waited_for_are_refused(script: Script) -> None:
    """Nothing of them is stored."""
    rows = "".join(ROW.replace("Harbour", f"Harbour {number}") for number in range(501))
    answer = script.ask("POST", "/interviews/bulk", data=HEADER + rows, headers=CSV)
    assert problem_of(answer)[0] == 422
    assert "501 interviews" in answer.json()["detail"]
    assert script.get("/interviews")["items"] == []


def test_a_file_whose_columns_cannot_be_told_is_refused(script: Script) -> None:
    """With every problem at once."""
    answer = script.ask("POST", "/interviews/bulk", data="company,name,begin\n", headers=CSV)
    assert problem_of(answer)[0] == 422
    assert "begin: is no column; did you mean starts?" in answer.json()["problems"]


def test_what_is_stored_of_an_interview_is_brought_in_line(script: Script) -> None:
    """One that was submitted alone before, and scheduled, stays scheduled."""
    script.submit()
    people = SUBMISSION["people"]
    row = ",".join(
        (
            *(SUBMISSION[key] for key in ("company", "role", "starts", "ends")),
            f'"{SUBMISSION["where"]}"',
            f'"{SUBMISSION["why"]}"',
            *(people[0][key] for key in ("name", "email", "line")),
        )
    )
    told = script.post("/interviews/bulk", data=HEADER + row + "\n", headers=CSV)
    assert told["added"][0]["waiting"] == [None]
    assert len(script.get("/follow-ups")["items"]) == len(people)
