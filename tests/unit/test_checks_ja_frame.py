"""Japanese salutations, signatures and words for days: which are right, and what is found."""

# ruff: noqa: RUF001  (Japanese is written with wide marks)

from datetime import UTC, datetime, timedelta, timezone

import pytest

from service.records import Person
from tests.unit.check_examples import find
from tests.unit.writing_examples import interview

JAPAN = timezone(timedelta(hours=9))
TUESDAY = datetime(2026, 12, 8, 9, 30, tzinfo=JAPAN)
"""In the morning of the interview, which is at 14:00."""
HOUSE = "株式会社青葉精機\n"
OPENING = "昨日面接のお時間をいただきました佐藤 健太です。誠にありがとうございました。"
THANKS = "お忙しい中、誠にありがとうございました。"
BODY = (
    "{salutation}\n\n{opening}\n\n"
    "検査工程の改善を現場の方が進めておられることに感銘を受けました。"
    "青葉精機の品質保証の仕事に、ぜひ携わりたく存じます。\n\n"
    "ご連絡を心よりお待ちしております。\n\n{signature}"
)


def found(
    salutation: str = HOUSE + "高橋様",
    opening: str = OPENING,
    signature: str = "佐藤 健太",
    *,
    reader: Person | None = None,
    days: int = 1,
) -> list[str]:
    """Return what is found in a mail that is sent so many days after the interview."""
    reader = reader or Person("高橋 誠")
    return find(
        BODY.format(salutation=salutation, opening=opening, signature=signature),
        reader=reader,
        of=interview(
            reader,
            Person("小林 由美"),
            company="株式会社青葉精機",
            role="品質保証",
            reasons="",
            start=datetime(2026, 12, 8, 5, 0, tzinfo=UTC),
            language="ja",
        ),
        subject="面接のお礼（品質保証・佐藤健太）",
        sender="佐藤 健太",
        sent_at=TUESDAY + timedelta(days=days, hours=6 if not days else 0),
    )


@pytest.mark.parametrize(
    "lines",
    [
        "採用担当 高橋様",
        "高橋様",
        "高橋 誠様",
        "高橋　誠　様",
        "高橋誠様",
        "高橋 誠 さま",
        "高橋先生",
        "高橋部長",
        "高橋様へ",
        "品質保証部 部長 高橋 誠 様",
        "品質保証部\n課長代理　高橋様",
        "代表取締役社長 高橋 誠 様",
        "採用ご担当 高橋様",
        "第二製造部 品質保証課\n主任 高橋 誠 様",
        "執行役員 CTO 高橋様",
        "たかはし様",
        "タカハシ様",
        "Takahashi様",
        "高橋様（品質保証部）",
        "高橋様\nお世話になっております。佐藤です。",
    ],
)
def test_salutations_as_they_are_written(lines: str) -> None:
    """House, department and position stand before the name, in one line or several."""
    assert found(HOUSE + lines) == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("林 光", "林様"),
        ("森", "森様"),
        ("王 静", "王様"),
        ("長谷川亮", "長谷川様"),
        ("佐藤 健太郎", "佐藤健太郎様"),
        ("Emily Carter", "Emily Carter様"),
        ("Emily Carter", "カーター様"),
        ("エミリー・カーター", "Emily Carter様"),
        ("エミリー・カーター", "カーター様"),
        ("グエン・ヴァン・ミン", "グエン様"),
        ("Sato Kenji", "佐藤様"),
        ("山﨑 剛", "山﨑様"),
    ],
)
def test_names_of_many_kinds(name: str, line: str) -> None:
    """Of one ideograph or four, in kana, in Latin letters, and in another script than noted."""
    assert found(HOUSE + line, reader=Person(name)) == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("斎藤 美穂", "斉藤様"),
        ("渡邉 佳奈", "渡辺様"),
        ("山﨑 剛", "山崎様"),
        ("髙木 千鶴", "高木様"),
        ("阿部 寛子", "安部様"),
        ("伊藤 光", "伊東様"),
        ("荻原 悠", "萩原様"),
        ("太田 瞳", "大田様"),
        ("中島 光", "中嶋様"),
        ("佐々木 蓮", "佐々本様"),
        ("高橋 誠一", "高橋 誠二様"),
        ("スティーブンソン", "スティーブソン様"),
        ("Emily Carter", "Emily Cartar様"),
    ],
)
def test_misspelled_names(name: str, line: str) -> None:
    """An ideograph for another of its look or sound, and one that makes nobody's name."""
    assert found(HOUSE + line, reader=Person(name)) == ["misspelled-name"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("高橋 誠", "小林様"),
        ("高橋 誠", "高田様"),
        ("佐藤 光", "加藤様"),
        ("山本 光", "山田様"),
        ("森 光", "林様"),
        ("田中 光", "中田様"),
        ("高橋 誠", "品質保証部 部長 佐々木様"),
        ("Emily Carter", "Daniel様"),
    ],
)
def test_other_names(name: str, line: str) -> None:
    """Half a name in common is another name."""
    assert found(HOUSE + line, reader=Person(name)) == ["wrong-name"]


@pytest.mark.parametrize(
    "line",
    [
        "採用ご担当者様",
        "ご担当者様",
        "人事部御中",
        "各位",
        "皆様",
        "採用チームの皆様",
        "面接官の皆様",
        "関係者各位",
        "人事部 採用ご担当者様",
        "面接官様",
    ],
)
def test_salutations_to_nobody(line: str) -> None:
    """A department and "whoever is in charge" are nobody's name."""
    assert found(HOUSE + line) == ["group-salutation"]


def test_without_a_salutation() -> None:
    """A courtesy is none."""
    assert found("お世話になっております。") == ["no-salutation"]


@pytest.mark.parametrize(
    ("form", "title", "line", "expected"),
    [
        ("先生", None, "高橋様", ["wrong-form-of-address"]),
        ("様", None, "高橋殿", ["wrong-form-of-address"]),
        ("先生", None, "高橋先生", []),
        ("Ms", None, "高橋様", []),
        (None, "教授", "高橋様", ["title-missing"]),
        (None, "教授", "高橋教授", []),
        (None, "教授", "高橋先生", []),
        (None, "品質保証部長", "高橋様", []),
        (None, None, "高橋さん", ["too-casual"]),
    ],
)
def test_honorifics(form: str | None, title: str | None, line: str, expected: list[str]) -> None:
    """様 suits anybody but a teacher; a position need not be named."""
    reader = Person("高橋 誠", form_of_address=form, title=title)
    assert found(HOUSE + line, reader=reader) == expected


@pytest.mark.parametrize(
    "signature",
    [
        "佐藤健太",
        "佐藤",
        "佐藤　健太",
        "佐藤 健太（さとう けんた）",
        "SATO Kenta\n佐藤 健太",
        "----\n佐藤 健太\n携帯 090-0000-0000\nsato@example.com\n----",
    ],
)
def test_signatures(signature: str) -> None:
    """The name with or without its space, and a block with a telephone number around it."""
    assert found(signature=signature) == []


@pytest.mark.parametrize("signature", ["", "以上"])
def test_no_signature(signature: str) -> None:
    """The introduction at the top is no signature."""
    assert found(signature=signature) == ["no-signature"]


@pytest.mark.parametrize(
    ("opening", "days"),
    [
        ("昨日は面接のお時間をいただき、ありがとうございました。", 1),
        ("先日は面接のお時間をいただき、ありがとうございました。", 3),
        ("一昨日は面接のお時間をいただき、ありがとうございました。", 2),
        ("12月8日（火）に面接していただいた佐藤です。" + THANKS, 6),
        ("12/8(火)の面接では、ありがとうございました。", 1),
        ("今週火曜日に面接いただいた佐藤です。" + THANKS, 2),
        ("本日は面接のお時間をいただき、ありがとうございました。", 0),
        ("昨日の面接のお礼を申し上げたく、本日ご連絡いたしました。" + THANKS, 1),
        ("本日は、面接のお礼を申し上げたくご連絡いたしました。" + THANKS, 1),
        ("昨日はありがとうございました。金曜日の二次面接もよろしくお願いいたします。", 1),
        ("面接では毎週水曜日の勉強会についても伺い、ありがとうございました。", 1),
        ("木曜の班の皆さんにまでご紹介くださり、ありがとうございました。", 1),
    ],
)
def test_right_days(opening: str, days: int) -> None:
    """Today may be the day of writing, and other weekdays other matters'."""
    assert found(opening=opening, days=days) == []


@pytest.mark.parametrize(
    ("opening", "days", "expected"),
    [
        ("本日は面接のお時間をいただき、ありがとうございました。", 1, "wrong-relative-day"),
        ("本日面接していただいた佐藤です。" + THANKS, 1, "wrong-relative-day"),
        ("今朝は面接のお時間をいただき、ありがとうございました。", 1, "wrong-relative-day"),
        ("昨日面接いただきました佐藤です。" + THANKS, 3, "wrong-relative-day"),
        ("昨日は面接のお時間をいただき、ありがとうございました。", 0, "wrong-relative-day"),
        ("水曜日は面接のお時間をいただき、ありがとうございました。", 1, "wrong-day"),
        ("12月8日（水）に面接していただいた佐藤です。" + THANKS, 1, "wrong-day"),
        ("木曜日にお会いできて光栄でした。" + THANKS, 1, "wrong-day"),
    ],
)
def test_wrong_days(opening: str, days: int, expected: str) -> None:
    """The day stands in the introduction as often as in the thanks."""
    assert found(opening=opening, days=days) == [expected]
