"""Mails in Japanese: the salutation block, days, roles, the user's words, and whole mails."""

# ruff: noqa: RUF001  (Japanese is written with wide marks)

import dataclasses
import itertools
import re
from datetime import UTC, date, datetime

import pytest

from service.records import Candidate, Interview, Kind, Person, Place
from service.writing import anatomy, checks, days, names, phrases, sentences
from service.writing.checks import Circumstances, OtherNote
from service.writing.composition import Composed, compose
from service.writing.phrases import needed_by
from service.writing.readers import What
from service.writing.salutations import greet
from service.writing.similarity import similarity
from tests.unit.writing_examples import WEDNESDAY, interview

JA = phrases.load_phrases("ja")
TOKYO = Place("Asia/Tokyo", city="東京", country="JP")
NEW_YORK = Place("America/New_York", city="New York", country="US")
KENTA = Candidate("佐藤 健太", "Asia/Tokyo", language="ja", signature=("090-0000-0000",))
SENT_AT = datetime(2026, 12, 9, 9, 12, tzinfo=TOKYO.tz)
START = datetime(2026, 12, 8, 5, 0, tzinfo=UTC)
NAMES = [
    "高橋 誠",
    "小林 由美",
    "渡邉佳奈",
    "斎藤 美穂",
    "長谷川 亮",
    "村上 隆志",
    "山﨑 剛",
    "Emily Carter",
]
LINES = [
    "検査工程の改善の話",
    "若手に任せる方針を、ご自身の失敗談から話してくださいました",
    "失敗を責めない",
    "申し送りを五分で終える工夫に驚いた",
    "CI/CDの仕組みについて",
    "丁寧に案内していただいて",
    "「急がない」を合言葉にしていること",
    "全員が先生だ",
]
REASONS = [
    "工程の途中で品質を作り込むという考え方に共感しました。前職の経験も活かせます。",
    "設備を自分たちの手で直す文化があるから",
    "現場で学びたい",
    "チームで看る体制",
    "若い人が多く、活気がある。裁量も大きい。",
    "「人がすべて」という考え方",
    "御社の製品を十年使ってきました。作る側に回りたいです。",
    "教育制度が整っている",
]


def person(name: str, line: str = "", title: str | None = None) -> Person:
    """Return somebody met, who has an address."""
    return Person(name, f"{name.replace(' ', '.')}@example.jp", line=line, title=title)


def met(*people: Person, **more: object) -> Interview:
    """Return an interview in Tokyo on Tuesday, 8 December."""
    around = {
        "company": "株式会社青葉精機",
        "role": "品質保証",
        "reasons": REASONS[0],
        "place": TOKYO,
        "start": START,
        "language": "ja",
    }
    return interview(*people, **{**around, **more})  # type: ignore[arg-type]  # mixed by design


def write(of: Interview, sent_on: date = WEDNESDAY) -> list[Composed]:
    """Compose as on the day after."""
    return list(compose(of, KENTA, sent_on).mails)


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        (Person("高橋 誠"), "株式会社青葉精機\n高橋 誠 様"),
        (Person("高橋誠"), "株式会社青葉精機\n高橋誠様"),
        (Person("高橋"), "株式会社青葉精機\n高橋様"),
        (Person("高橋　誠"), "株式会社青葉精機\n高橋　誠 様"),
        (Person("Emily Carter"), "株式会社青葉精機\nEmily Carter 様"),
        (Person("高橋 誠", form_of_address="Mr"), "株式会社青葉精機\n高橋 誠 様"),
        (Person("高橋 誠", form_of_address="様"), "株式会社青葉精機\n高橋 誠 様"),
        (Person("高橋 誠", form_of_address="先生"), "株式会社青葉精機\n高橋 誠 先生"),
        (Person("高橋 誠", form_of_address="さん"), "株式会社青葉精機\n高橋 誠 様"),
        (Person("高橋 誠", title="品質保証部長"), "株式会社青葉精機\n品質保証部長\n高橋 誠 様"),
        (Person("村上 隆志", title="教授"), "株式会社青葉精機\n村上 隆志 先生"),
        (Person("村上 隆志", title="Dr."), "株式会社青葉精機\n村上 隆志 先生"),
        (Person("Eva Vogt", title="Mag."), "株式会社青葉精機\nEva Vogt 様"),
        (
            Person("高橋 誠", given_name="誠", family_name="高橋"),
            "株式会社青葉精機\n高橋 誠 様",
        ),
    ],
)
def test_salutation(reader: Person, expected: str) -> None:
    """The house, the position and the whole name in the order the user typed it."""
    assert greet(reader, met(reader), "JP", "ja", JA.salutation) == expected


def test_the_representative_belongs_to_the_agency() -> None:
    """Their block names the agency, and no house at all while its name is not known."""
    reader = Person("三浦 彩香", kind=Kind.REPRESENTATIVE)
    through = met(reader, agency="株式会社つなぐキャリア")
    expected = "株式会社つなぐキャリア\n三浦 彩香 様"
    assert greet(reader, through, "JP", "ja", JA.salutation) == expected
    assert greet(reader, met(reader), "JP", "ja", JA.salutation) == "三浦 彩香 様"


def test_a_day_is_its_date_with_the_weekday() -> None:
    """The next day and in a month alike, so that nothing changes with the day of sending."""
    day = date(2026, 12, 8)
    expected = {
        "day": "12月8日（火）",
        "on_day": "12月8日（火）に",
        "of_day": "12月8日（火）の",
    }
    for sent_on in (WEDNESDAY, date(2027, 1, 8), None):
        assert days.name_day(day, sent_on, "JP", JA.dates) == expected


@pytest.mark.parametrize(
    ("company", "expected"),
    [
        ("株式会社青葉精機", "貴社"),
        ("Lumen Works Inc.", "貴社"),
        ("医療法人清流会 みなづき総合病院", "貴院"),
        ("さくら歯科クリニック", "貴院"),
        ("若竹大学 海洋生態研究室", "貴学"),
        ("若竹大学病院", "貴院"),
        ("県立緑が丘高校", "貴校"),
        ("わかば保育園", "貴園"),
        ("あおば銀行", "貴行"),
        ("みどり信用金庫", "貴庫"),
        ("みどり市役所", "貴庁"),
        ("社会福祉法人ひだまり", "貴法人"),
    ],
)
def test_the_word_for_the_house(company: str, expected: str) -> None:
    """A hospital, a school and a bank each have their own."""
    assert names.say_yours(company, JA.names) == expected


def test_people_are_listed_with_their_honorifics() -> None:
    """The last one's is in the sentence around the list."""
    listed = names.list_names(["山﨑 剛", "小林 由美", "高橋 誠"], JA.names) + "様"
    assert listed == "山﨑 剛様、小林 由美様と高橋 誠様"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("好きです。働きたいです。", ["好きです。", "働きたいです。"]),
        ("雰囲気に惹かれました\n長く働きたいです", ["雰囲気に惹かれました", "長く働きたいです"]),
        (
            "「直します。必ず。」と伺いました。良い話です。",
            ["「直します。必ず。」と伺いました。", "良い話です。"],
        ),
        ("現場（工場。遠いです。）が好きです。", ["現場（工場。遠いです。）が好きです。"]),
        ("・チームの雰囲気\n・教育制度", ["チームの雰囲気", "教育制度"]),
        ("挑戦できる環境\nがあります。", ["挑戦できる環境があります。"]),
        ("雰囲気の良さ\n教育制度", ["雰囲気の良さ　教育制度"]),
        (
            "工程の途中で品質を作り込むという考え方は前職で私がひとりで試して来\n事でもあります。",
            ["工程の途中で品質を作り込むという考え方は前職で私がひとりで試して来事でもあります。"],
        ),
        ("本当ですか？はい！嬉しいです", ["本当ですか？", "はい！", "嬉しいです"]),
    ],
)
def test_split(text: str, expected: list[str]) -> None:
    """A wide mark ends a sentence, and so does a line with a polite ending; no space is added."""
    assert list(sentences.split(text, JA.sentences)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("働きたいです", "働きたいです。"),
        ("働きたいです。", "働きたいです。"),
        ("合言葉は「急がない」", "合言葉は「急がない」。"),
        ("「急がない。」", "「急がない。」"),
        ("本当に？", "本当に？"),
    ],
)
def test_finish(text: str, expected: str) -> None:
    """The full stop is the wide one, and stands after a closing bracket too."""
    assert sentences.finish(text, JA.sentences) == expected


@pytest.mark.parametrize(
    "line", [*LINES, "面白い!", "本当に楽しかった。", "チームの雰囲気", "ありがとう"]
)
def test_any_line_becomes_part_of_a_sentence(line: str) -> None:
    """It stands as it was typed, and what carries it ends as a sentence of a mail does."""
    (mail,) = write(met(person("高橋 誠", line)))
    opening = mail.text.body.split("\n\n")[1]
    assert line in opening
    is_noted = f"：{line}。" in opening
    assert is_noted or re.search(r"(?:です|ます|した)。$", opening), opening
    assert "。。" not in opening


@pytest.mark.parametrize("reasons", REASONS)
def test_any_reasons_become_a_wish(reasons: str) -> None:
    """Sentences, fragments and notes in the plain style all end in wanting to work there."""
    (mail,) = write(met(person("高橋 誠"), reasons=reasons))
    paragraph = mail.text.body.split("\n\n")[2]
    for sentence in sentences.split(reasons, JA.sentences):
        assert sentence in paragraph
    assert re.search(r"働|志望|一員|加わ|力を|望んで|願って|叶う|思っており|回りたい", paragraph), (
        paragraph
    )
    assert "。。" not in paragraph


def test_a_whole_mail() -> None:
    """Block, introduction with thanks and the line, reasons, close, name; nothing else."""
    line = "検査工程の改善の話"
    (mail,) = write(met(person("高橋 誠", line, title="品質保証部長")))
    block, opening, reasons, closing, signature = mail.text.body.split("\n\n")
    assert block == "株式会社青葉精機\n品質保証部長\n高橋 誠 様"
    assert "佐藤 健太" in opening
    assert "12月8日（火）" in opening
    assert line in opening
    assert "工程の途中で品質を作り込むという考え方に共感しました。" in reasons
    assert "前職の経験も活かせます。" in reasons
    assert re.search("待ち|楽しみ|よろしく|幸い|嬉しく", closing)
    assert signature == "佐藤 健太\n090-0000-0000"
    assert "佐藤 健太" in mail.text.subject
    assert mail.text.shares == (
        line,
        "工程の途中で品質を作り込むという考え方に共感しました。",
        "前職の経験も活かせます。",
    )


@pytest.mark.parametrize("place", [TOKYO, NEW_YORK])
@pytest.mark.parametrize("role", ["品質保証", ""])
@pytest.mark.parametrize("reasons", REASONS)
def test_no_two_mails_of_a_panel_of_eight_are_alike(reasons: str, role: str, place: Place) -> None:
    """Eight people are told eight different things about the same few words."""
    panel = met(*map(person, NAMES, LINES), role=role, reasons=reasons, place=place)
    said = []
    for mail in write(panel):
        assert not mail.missing
        paragraphs = mail.text.body.split("\n\n")[1:-1]
        said.append(anatomy.fold_words("".join(paragraphs)))
        assert 70 <= len(re.sub(r"\s", "", mail.text.body)) <= 300
    for one, other in itertools.combinations(said, 2):
        assert similarity(one, other) < 0.6
    subjects = [mail.text.subject for mail in write(panel)]
    assert len(set(subjects)) == len(subjects)


def test_an_agency_passes_on() -> None:
    """The representative is thanked and asked; the note below is whole in itself."""
    reader = dataclasses.replace(person("三浦 彩香"), kind=Kind.REPRESENTATIVE)
    through = met(reader, Person("山﨑 剛", line=LINES[0]), agency="株式会社つなぐキャリア")
    (mail,) = write(through)
    frame, block = mail.text.body.split("\n\n山﨑 剛様へ\n\n")
    assert frame.startswith("株式会社つなぐキャリア\n三浦 彩香 様\n\n")
    assert "青葉精機様" in frame
    assert re.search("お取り次ぎ|ご転送", frame)
    assert block.startswith("株式会社青葉精機\n山﨑 剛 様\n\n")
    assert "12月8日（火）" in block
    assert block.endswith("佐藤 健太")


def test_a_colleague_passes_on() -> None:
    """After their own mail they are asked to hand over the other's."""
    reader = person("高橋 誠", LINES[0])
    other = Person("小林 由美", line=LINES[1], passed_on_by="高橋 誠")
    (mail,) = write(met(reader, other))
    assert re.search("小林 由美様.+お渡しいただけ", mail.text.body)
    assert "\n\n小林 由美様へ\n\n" in mail.text.body


def varied_interviews() -> list[Interview]:
    """Return interviews with one to eight people, of many houses, by every route."""
    houses = [
        ("株式会社青葉精機", "品質保証"),
        ("医療法人清流会 みなづき総合病院", "病棟看護師"),
        ("わかば保育園", ""),
        ("Lumen Works Inc.", "Senior Backend Engineer"),
        ("若竹大学", "特任研究員"),
    ]
    found = []
    for number, (reasons, size) in enumerate(itertools.product(REASONS, (1, 3, 8))):
        company, role = houses[number % len(houses)]
        lines = LINES[number % len(LINES) :] + LINES
        people = list(map(person, NAMES[:size], lines))
        agency = None
        if number % 4 == 1:
            people = [Person(each.name, line=each.line) for each in people]
            people.append(dataclasses.replace(person("三浦 彩香"), kind=Kind.REPRESENTATIVE))
            agency = "株式会社つなぐキャリア"
        elif number % 4 == 2 and size > 1:
            carried = dataclasses.replace(people[-1], address=None, passed_on_by=people[0].name)
            people[-1] = carried
        place = TOKYO if number % 2 else NEW_YORK
        around = {"company": company, "role": role, "reasons": reasons, "place": place}
        found.append(met(*people, **around, agency=agency))
    return found


@pytest.mark.parametrize("of", varied_interviews())
def test_no_composed_mail_has_a_finding(of: Interview) -> None:
    """What we write ourselves never has to be mended, whatever it stands around."""
    mails = write(of)
    for mail in mails:
        assert not mail.missing
        others = tuple(
            OtherNote(other.reader.name, other.text.body) for other in mails if other is not mail
        )
        around = Circumstances(of, mail.reading, KENTA.name, SENT_AT, others)
        assert checks.check(mail.text, around) == ()


def test_without_reasons_they_are_asked_for() -> None:
    """Nothing is made up in their place."""
    (mail,) = write(met(person("高橋 誠"), reasons=" "))
    assert [missing.what for missing in mail.missing] == [What.REASONS]
    assert mail.text.body == ""


def every_variant() -> list[str]:
    """Return every sentence of ours that may stand in a mail."""
    lists = [
        *(
            getattr(JA.own, f.name)
            for f in dataclasses.fields(JA.own)
            if f.name != "calm_countries"
        ),
        *(
            getattr(frame, f.name)
            for frame in (JA.agency, JA.colleague)
            for f in dataclasses.fields(frame)
        ),
        *(kind.carriers for kind in (*JA.line_kinds, *JA.reason_kinds)),
        JA.echo.variants,
    ]
    return [variant for variants in lists for variant in variants]


@pytest.mark.parametrize("variant", every_variant())
def test_a_variant_stays_true_and_polite(variant: str) -> None:
    """It can be filled in, names no day that goes stale, and says nothing in the plain style."""
    known = {"company", "yours", "sender", "role", "the_role", "day", "on_day", "of_day"}
    assert needed_by(variant) <= known | {"line", "reason", "names"}
    assert not re.search(r"本日|今日|昨日|明日|電話|年収|至急|!|！", variant)
    assert not re.search(
        r"(?:る|た|だ|い)。", re.sub(r"(?:まし|でし)た。|ください。|「[^」]*」", "", variant)
    )


@pytest.mark.parametrize("kinds", [JA.line_kinds, JA.reason_kinds])
def test_every_kind_has_words_for_a_panel(kinds: tuple[phrases.LineKind, ...]) -> None:
    """Eight people with the same kind of line hear eight different things."""
    assert all(len(set(kind.carriers)) >= 8 for kind in kinds)
