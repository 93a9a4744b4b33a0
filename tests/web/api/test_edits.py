"""A change names the version it was made from, so that two windows cannot overwrite each other."""

from concurrent.futures import ThreadPoolExecutor

from tests.web.api.conftest import Script, problem_of

TEXT = (
    "Dear Sabine Krüger,\n\nThank you for taking the time to talk with me on Tuesday about the "
    "Site Engineer role. {line}\n\nIt would make me very happy to work with you at Tidewater "
    "Systems.\n\nI look forward to hearing from you.\n\nKind regards,\nAna Lindqvist"
)


def test_an_edit_names_the_version_it_was_made_from(script: Script) -> None:
    """Without one it is refused; from an older one nothing is overwritten."""
    script.submit()
    shown = script.ask("GET", "/follow-ups/1")
    tag, told = shown.headers["ETag"], {"body": TEXT.format(line="I liked the lock gate.")}
    assert problem_of(script.ask("PATCH", "/follow-ups/1", json=told)) == (428, "version-missing")
    done = script.ask("PATCH", "/follow-ups/1", json=told, headers={"If-Match": tag})
    assert done.ok
    assert (done.json()["body"], done.json()["is_edited"]) == (told["body"], True)
    assert done.headers["ETag"] != tag
    late = script.ask("PATCH", "/follow-ups/1", json={"body": "x"}, headers={"If-Match": tag})
    assert problem_of(late) == (412, "conflict")
    assert script.get("/follow-ups/1")["body"] == told["body"]
    newest = {"If-Match": f'"0", {done.headers["ETag"]}'}
    assert script.ask("PATCH", "/follow-ups/1", json={"subject": "Thanks"}, headers=newest).ok


def test_of_writers_at_once_one_wins(script: Script) -> None:
    """The others are told that it has changed; the text is that of the one, whole."""
    script.submit()
    tag = script.ask("GET", "/follow-ups/1").headers["ETag"]
    texts = [TEXT.format(line=f"I liked lock gate {number}.") for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(
                lambda text: script.ask(
                    "PATCH", "/follow-ups/1", json={"body": text}, headers={"If-Match": tag}
                ),
                texts,
            )
        )
    assert sorted(each.status_code for each in answers) == [200, 412, 412, 412, 412, 412]
    won = texts[[each.status_code for each in answers].index(200)]
    assert script.get("/follow-ups/1")["body"] == won


def test_a_step_may_name_the_version_too(script: Script) -> None:
    """Then it is done to the mail as it was seen, or not at all."""
    script.submit()
    tag = script.ask("GET", "/follow-ups/1").headers["ETag"]
    script.post("/follow-ups/1/pause")
    refused = script.ask("POST", "/follow-ups/1/approve", headers={"If-Match": tag})
    assert problem_of(refused) == (412, "conflict")
    assert script.post("/follow-ups/1/approve")["state"] == "scheduled"


def test_a_debrief_may_name_the_interview_it_saw(script: Script) -> None:
    """Whoever said something meanwhile is not overwritten."""
    script.submit()
    tag = script.ask("GET", "/interviews/1").headers["ETag"]
    first = {"why": "I would like to learn how a flood is held back."}
    done = script.ask("POST", "/interviews/1/debrief", json=first, headers={"If-Match": tag})
    assert done.ok
    assert done.headers["ETag"] == script.ask("GET", "/interviews/1").headers["ETag"] != tag
    late = script.ask(
        "POST", "/interviews/1/debrief", json={"why": "Other."}, headers={"If-Match": tag}
    )
    assert problem_of(late) == (412, "conflict")
    assert script.get("/interviews/1")["why"] == first["why"]


def test_findings_of_a_text_store_nothing(script: Script) -> None:
    """What a text would be found to have is said as for the mail itself."""
    script.submit()
    before = script.get("/follow-ups/1")
    told = {"body": TEXT.format(line="Greetings to [NAME].")}
    found = script.post("/follow-ups/1/findings", told)
    (placeholder,) = [each for each in found if each["severity"] == "error"]
    start, end = placeholder["place"]
    assert told["body"][start:end] == "[NAME]"
    about = {"interview_id": 1, "to": "Sabine Krüger", "subject": before["subject"]}
    same = script.post("/check", about | told)
    assert {each["rule"] for each in same} == {each["rule"] for each in found}
    assert script.get("/follow-ups/1") == before


def test_words_that_are_taken_back_hold_the_mail(script: Script) -> None:
    """What is scheduled is whole; without words it waits for them, and goes once it has some."""
    script.submit()
    (known,) = script.get("/interviews/1")["people"]
    assert script.get("/follow-ups/1")["state"] == "scheduled"
    nobody = {"people": [{"id": known["id"], "line": ""}], "why": ""}
    script.post("/interviews/1/debrief", nobody)
    held = script.get("/follow-ups/1")
    assert (held["state"], held["waiting_for"]) == ("held", "words")
    script.post("/interviews/1/debrief", {"why": "I like how you open your locks to children."})
    again = script.get("/follow-ups/1")
    assert again["state"] == "scheduled"
    assert "open your locks" in again["body"]
