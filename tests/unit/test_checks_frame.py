"""What the rules about a mail's frame find, and what they leave alone."""

import dataclasses

import pytest

from service.records import Person, Thread
from service.writing.checks import EMPTY_BODY, RULES, frame
from service.writing.checks.words import load_messages
from service.writing.findings import Finding, Severity, Where
from service.writing.readers import Form
from tests.unit.check_examples import BODIES, BODY, MARISOL, TOM, check, find, quote
from tests.unit.writing_examples import representative

THREAD = Thread("<a@mail.example>", subject="Interview")
ANSWERED = dataclasses.replace(MARISOL, thread=THREAD)
NOTE = (
    "\n\nFor {name}:\n\nDear {name},\n\nThank you for the walk round the stores on Tuesday. The "
    "way you count the drips by hand and by screen is how I was trained, and I would love to "
    "work with you at Northgate as a ward nurse.\n\n"
    "I look forward to hearing from you.\n\nHannah Whitlock"
)


def put(text: str) -> str:
    """Return the faultless mail with this text in it."""
    return BODY.replace("the walk round the ward", f"the walk round {text}")


def sign(line: str) -> str:
    """Return the faultless mail with this line below the signature."""
    return f"{BODY}\n\n{line}"


def test_a_finding_says_what_where_and_how_much() -> None:
    """The place counts in the part of the mail that it names."""
    assert check(BODY, subject="Thank you for the [Position] interview") == (
        Finding(
            rule="placeholder-left",
            severity=Severity.ERROR,
            place=(18, 28),
            message="A gap was left unfilled: \u201c[Position]\u201d.",
            where=Where.SUBJECT,
        ),
    )


def test_every_rule_has_a_message() -> None:
    """And no message is left over."""
    assert set(load_messages()) == {rule.id for rule in (EMPTY_BODY, *RULES)}


def test_empty_subject() -> None:
    """A blank subject is no subject."""
    assert find(BODY, subject="  ") == ["empty-subject"]
    assert find(BODY, subject="") == ["empty-subject"]


def test_empty_body_stops_the_rest() -> None:
    """There is nothing else to say about a mail that is not there."""
    assert find("Thank you.", subject="") == ["empty-body"]
    assert find("") == ["empty-body"]
    assert "empty-body" not in find("Dear Ana, thank you. Hannah")
    assert find("\u3042\u308a\u304c\u3068\u3046", language="ja") == ["empty-body"]


@pytest.mark.parametrize(
    "gap",
    [
        "[Position]",
        "[your name here]",
        "[Name des Ansprechpartners]",
        "[nombre del puesto]",
        "{{role}}",
        "{company_name}",
        "${company_name}",
        "<<name>>",
        "<insert name>",
        "<job title>",
        "<Vorname>",
        "\u00abNachname\u00bb",
        "%NAME%",
        "*|FNAME|*",
        "the XX role",
        "XX December",
        "the xx of the week",
        "XX.XX.",
        "dd/mm/yyyy",
        "20XX",
        "____",
        "the ..... team",
        "the ???, so to speak",
        "TODO",
        "TBD",
        "INSERT NAME",
        "COMPANY NAME",
        "the ward (insert a topic)",
        "the ward (company name)",
        "the ward (hier ein Beispiel einf\u00fcgen)",
        "the ward (\u00e0 compl\u00e9ter)",
        "the ward (a\u00f1adir algo)",
        "lorem ipsum",
        "\u3007\u3007",
        "\u25cb\u25cb",
        "\u25cf\u25cf",
        "\uff08\u6c0f\u540d\uff09",
    ],
)
def test_placeholder_left(gap: str) -> None:
    """Every usual way to mark a gap is found."""
    assert find(put(gap)) == ["placeholder-left"]


@pytest.mark.parametrize(
    "text",
    [
        "the XX chromosome work",
        "the XX and XY wards",
        "the 46,XX line",
        "size XXL",
        "Super Bowl XX",
        "the siglo XX archive",
        "the XXe si\u00e8cle hall",
        "the item [1] on your list",
        "the quote, [sic], on the wall",
        "the sign \u201c[the ward] never sleeps\u201d",
        "the array[index] you drew",
        "the page [Ref. 2026-114] on your site",
        "the [site plan](https://example.com/plan) you showed",
        "the TODO list on the wall",
        "the TODO-list",
        "the set {1, 2, 3}",
        "snake_case and __init__",
        "the page (link) you showed",
        "the stage name (Ana) of hers",
        "Ana <ana@example.com>",
        "growth of 20% a year",
        "the vector<int> type",
        "the ward... and the stairs",
        "the ward (see below)",
        "the year \u4e00\u3007\u3007",
        "the boxes [ ] and [x]",
    ],
)
def test_placeholder_left_leaves_ordinary_text_alone(text: str) -> None:
    """What merely looks like a gap is the user's text."""
    assert find(put(text)) == []


def test_placeholder_left_leaves_the_users_names_alone() -> None:
    """A company or a role may be called anything."""
    body = BODY.replace("Northgate", "Studio XX")
    assert find(body, company="Studio XX") == []
    assert find(BODY, role="Nurse [x] Night", subject="Thank you, Nurse [x] Night") == []


def test_placeholder_left_leaves_the_subject_of_a_thread_alone() -> None:
    """Mail programs and lists put words in brackets before it."""
    reader = dataclasses.replace(MARISOL, thread=Thread("<a@x.example>", subject="[Jobs] Ward"))
    assert find(BODY, reader=reader, subject="Re: [Jobs] Ward") == []


@pytest.mark.parametrize(
    "subject",
    [
        "Thanks!", "Thank you", "Thank you so much", "Hi", "Hello again", "Follow-up",
        "Following up",
        "Following up on our conversation", "Interview", "Our interview", "Interview follow-up",
        "A quick note", "My application", "Checking in", "Quick question", "Job interview",
        "Great to meet you yesterday", "Next steps", "(no subject)",
    ],
)  # fmt: skip
def test_vague_subject(subject: str) -> None:
    """A subject that could stand above any mail is found, however it ends."""
    assert find(BODY, subject=subject) == ["vague-subject"]


@pytest.mark.parametrize(
    "subject",
    [
        "Thank you for Tuesday",
        "Thank you, Northgate",
        "Thanks for the tour of the ward",
        "Interview for Ward Nurse",
        "Follow-up on night rotas",
        "Hello from the new ward nurse",
        "Our conversation about discharge",
    ],
)
def test_a_subject_that_says_something_is_not_vague(subject: str) -> None:
    """A day, a role, a name or a topic is enough."""
    assert find(BODY, subject=subject) == []


@pytest.mark.parametrize(
    "subject",
    ["Re: Ward Nurse", "RE : Ward Nurse", "AW: Ward Nurse", "Fwd: Ward Nurse", "WG: Ward Nurse",
     "TR : Ward Nurse", "RV: Ward Nurse", "Re[2]: Ward Nurse", "\u8fd4\u4fe1\uff1aWard Nurse"],
)  # fmt: skip
def test_fake_reply(subject: str) -> None:
    """A mark of a reply belongs to a thread."""
    (finding,) = check(BODY, subject=subject)
    assert (finding.rule, finding.where) == ("fake-reply", Where.SUBJECT)
    assert finding.place is not None
    assert find(BODY, subject=subject, reader=ANSWERED) == []


@pytest.mark.parametrize(
    "subject", ["Regards to the ward nurses", "Re-wilding, ward nurse", "Award: ward nurse"]
)
def test_fake_reply_leaves_words_alone(subject: str) -> None:
    """A word that begins so is none."""
    assert find(BODY, subject=subject) == []


def test_long_subject() -> None:
    """A phone shows about sixty characters; the subject of a thread is not the writer's."""
    subject = "Thank you, Ward Nurse " + "x" * 38
    assert find(BODY, subject=subject) == []
    (finding,) = check(BODY, subject=subject + "y")
    assert (finding.rule, finding.severity) == ("long-subject", Severity.HINT)
    assert finding.message.startswith("61 ")
    reader = dataclasses.replace(MARISOL, thread=Thread("<a@x.example>", subject=subject + "y"))
    assert find(BODY, subject=subject + "y", reader=reader) == []


def test_too_long() -> None:
    """Over 150 words nobody reads to the end; notes to pass on are counted one by one."""
    filler = "Your rota suits me. " * 20
    assert "too-long" not in find(put(f"the ward. {filler}"))
    (finding,) = [each for each in check(put(f"the ward. {filler * 2}")) if each.rule == "too-long"]
    assert finding.severity is Severity.WARNING
    assert finding.message == "218 words; aim at 60 to 120."
    people = tuple(Person(f"Ana Ruiz {number}") for number in range(4))
    body = BODY + "".join(NOTE.format(name=person.name) for person in people)
    assert "too-long" not in find(body, passed_on=people)


def test_too_short() -> None:
    """Under 35 words there is no room for thanks, a reason and a close."""
    body = (
        "Dear Marisol Duarte,\n\nThank you for the ward on Tuesday. I would love to join Northgate."
    )
    (finding,) = [each for each in check(body) if each.rule == "too-short"]
    assert finding.message == ("16 words; two more sentences: what you liked, why you want it.")
    assert "too-short" not in find(BODY)


def test_who_only_passes_on_may_be_asked_in_few_words() -> None:
    """The notes are judged one by one, and what asks to pass them on is not."""
    nadia = representative()
    frame_text = "Dear Ms Rourke,\n\nThank you. Could you please pass this on?\n\nHannah Whitlock"
    body = frame_text + NOTE.format(name=TOM.name)
    assert "too-short" not in find(body, reader=nadia, passed_on=(TOM,), form=Form.AGENCY)
    body = frame_text + "\n\nFor Tom Kessler:\n\nDear Tom,\n\nThank you.\n\nHannah Whitlock"
    (finding,) = (
        each
        for each in check(body, reader=nadia, passed_on=(TOM,), form=Form.AGENCY)
        if each.rule == "too-short"
    )
    assert quote(body, finding).strip().startswith("Dear Tom,")


def test_japanese_is_counted_in_characters() -> None:
    """Between 70 and 300 characters, spaces and line ends left out."""
    sentence = "検査工程を見せていただきました。"
    assert frame.measure(sentence).unit == "characters"
    assert frame.measure(f"{sentence} \n{sentence}").count == 2 * len(sentence)
    assert "too-short" in find(sentence * 3, language="ja")
    assert "too-short" not in find(sentence * 5, language="ja")
    assert "too-long" not in find(sentence * 17, language="ja")
    assert "too-long" in find(sentence * 19, language="ja")


def test_dense_paragraph() -> None:
    """Over 80 words in a row are work; a list and an empty line give air."""
    words = "and so on " * 26
    body = put(f"the ward. {words}")
    (finding,) = [each for each in check(body) if each.rule == "dense-paragraph"]
    assert quote(body, finding).startswith("Thank you")
    assert "dense-paragraph" not in find(put(f"the ward.\n\n{words}\n\nSo it is"))
    assert "dense-paragraph" not in find(put("the ward:\n" + "- and so on\n" * 26))


@pytest.mark.parametrize(
    "lines",
    [
        "Hannah Whitlock\n12 Mill Lane\nLeeds LS1 4AB",
        "14 Oak Street, Apt 4\nSpringfield, IL 62704",
        "P.O. Box 118",
        "Flat 3, 9 Harbour Road",
        "Suite 400\nMarisol Duarte",
    ],
)
def test_letter_layout(lines: str) -> None:
    """A postal address above the text is one of a letter."""
    assert find(f"{lines}\n\n{BODY}") == ["letter-layout"]


def test_letter_layout_leaves_other_addresses_alone() -> None:
    """One in the text or below the signature does not matter."""
    assert find(put("the house at 12 Mill Lane")) == []
    assert find(sign("12 Mill Lane\nLeeds LS1 4AB")) == []


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Sent from my Samsung Galaxy smartphone.",
        "Sent from my mobile, please excuse brevity",
        "Get Outlook for iOS",
        "Sent from Yahoo Mail on Android",
        "Sent with Proton Mail secure email.",
        "Von meinem iPhone gesendet",
        "Diese Nachricht wurde von meinem Android-Mobiltelefon mit GMX Mail gesendet.",
        "Gesendet mit der GMX Mail App",
        "Envoy\u00e9 de mon iPhone",
        "T\u00e9l\u00e9charger Outlook pour Android",
        "Enviado desde mi iPhone",
        "Obtener Outlook para iOS",
        "Inviato da iPhone",
        "iPhone\u304b\u3089\u9001\u4fe1",
    ],
)
def test_device_signature(line: str) -> None:
    """What a telephone adds is found in every language."""
    body = sign(line)
    (finding,) = check(body)
    assert finding.rule == "device-signature"
    assert quote(body, finding)[:4] == line[:4]


@pytest.mark.parametrize(
    "text",
    [
        "the wards that were sent from my iPhone list",
        "the app on my iPhone",
        "a picture sent from the phone of a nurse",
    ],
)
def test_device_signature_leaves_sentences_alone(text: str) -> None:
    """In the middle of a sentence it is the user's."""
    assert find(put(text)) == []


def test_links() -> None:
    """One plain link is enough; short ones and those that count are one too many."""
    one, other = "https://whitlock.example/work", "www.whitlock.example/notes"
    assert find(sign(one)) == []
    assert find(sign(f"{one}\nhannah@whitlock.example")) == []
    assert find(sign(f"{one}, and again {one}.")) == []
    assert find(put("the ASP.NET/C# and the VB.NET/C# desks")) == []
    body = sign(f"{one}\n{other}")
    (finding,) = check(body)
    assert (finding.rule, quote(body, finding)) == ("links", other)
    assert find(sign("bit.ly/3xYzAb")) == ["links"]
    assert find(sign("https://whitlock.example/?utm_source=mail")) == ["links"]
    assert find(sign("github.com/hannah\nlinkedin.com/in/hannah")) == ["links"]


def test_more_than_one_recipient() -> None:
    """Each person gets their own mail."""
    assert find(BODY, more_recipients=("tom.kessler@example.com",)) == ["more-than-one-recipient"]
    assert find(BODY, more_recipients=()) == []


def test_an_attachment_that_is_spoken_of_is_found_in_every_language() -> None:
    """A follow-up never has one."""
    attached = {
        "de": "Anbei sende ich Ihnen mein Zeugnis.",
        "fr": "Vous trouverez ci-joint mon CV.",
        "es": "Le adjunto mi curr\u00edculum.",
    }
    for tag, sentence in attached.items():
        body = BODIES[tag].format(greeting="{greeting}", name="Hannah Whitlock")
        start, _, rest = body.partition(". ")
        text = f"{start}. {sentence} {rest}"
        assert "missing-attachment" in find(text, language=tag)
        assert "missing-attachment" not in find(body, language=tag)
