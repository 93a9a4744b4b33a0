"""The language and the register of a mail: one of each, and the reader's."""

import pytest

from service.records import Person
from service.writing import languages
from tests.unit.check_examples import BODIES, BODY, MARISOL, TOM, check, find, quote, write_mail

RULES = {"other-language", "mixed-language", "register-mix"}
GREETINGS = {
    "en": "Dear Marisol Duarte,",
    "de": "Guten Tag Marisol Duarte,",
    "fr": "Bonjour Marisol Duarte,",
    "es": "Buenos días, Marisol Duarte:",
}
SILENCED = {"no-thanks", "no-interest", "no-closing", "generic", "mixed-language", "register-mix"}

OTHERS = {
    "Portuguese": (
        "Muito obrigada pela conversa de terça-feira e por me mostrar a enfermaria. Gostava muito de "
        "trabalhar com a vossa equipa, que prepara a alta desde o primeiro dia, e fico à espera."
    ),
    "Italian": (
        "Grazie mille per il colloquio di martedì e per avermi mostrato il reparto. Mi piacerebbe molto "
        "lavorare con la vostra squadra, che prepara le dimissioni fin dal primo giorno."
    ),
    "Dutch": (
        "Hartelijk dank voor het gesprek van dinsdag en voor de rondleiding op de afdeling. Ik zou heel "
        "graag bij jullie komen werken, omdat het ontslag vanaf de eerste dag wordt voorbereid."
    ),
    "Polish": (
        "Bardzo dziękuję za rozmowę we wtorek i za pokazanie mi oddziału. Chciałabym pracować z Państwa "
        "zespołem, który od pierwszego dnia myśli o tym, jak pacjent wróci do domu."
    ),
    "Swedish": (
        "Tack för samtalet i tisdags och för att jag fick se avdelningen. Jag skulle gärna vilja arbeta "
        "med er, eftersom ni planerar hemgången från den första dagen och inte har bråttom."
    ),
    "Turkish": (
        "Salı günkü görüşme ve servisi gösterdiğiniz için çok teşekkür ederim. Taburculuğu ilk günden "
        "planlayan bir ekiple çalışmak benim için çok değerli ve sizden haber almak isterim."
    ),
    "Chinese": (
        "感谢您星期二抽出时间与我面谈,也感谢您带我参观病房。贵院从第一天起就计划病人出院,"
        "这正是我多年来想要的工作方式。我非常希望能够加入你们的团队。"
    ),
    "a language in Cyrillic letters": (
        "Большое спасибо за беседу во вторник и за то, что показали мне отделение. Я очень хотела бы "
        "работать с вашей командой, которая с первого дня думает о выписке."
    ),
    "a language in Arabic letters": (
        "شكرا جزيلا على المقابلة يوم الثلاثاء وعلى الجولة في القسم. أود كثيرا أن أعمل مع فريقكم الذي "
        "يخطط لخروج المريض منذ اليوم الأول."
    ),
}


def judge(body: str, language: str = "en", reader: Person = MARISOL) -> list[str]:
    """Return which rules about language find something in a body."""
    return [rule for rule in find(body, language=language, reader=reader) if rule in RULES]


@pytest.mark.parametrize("written", BODIES)
@pytest.mark.parametrize("wanted", BODIES)
def test_other_language_between_the_languages_we_write(written: str, wanted: str) -> None:
    """A whole mail in another language than the reader's is an error, and nothing else."""
    body = write_mail(GREETINGS[written], written)
    found = find(body, language=wanted)
    assert ("other-language" in found) is (written != wanted)
    assert not SILENCED & set(found)


@pytest.mark.parametrize("name", OTHERS)
def test_other_language_of_the_world(name: str) -> None:
    """Languages that we do not write are told, too, by words or by letters."""
    body = f"Dear Ms Duarte,\n\n{OTHERS[name]}\n\nKind regards,\nHannah Whitlock"
    (finding,) = [f for f in check(body) if f.rule in RULES]
    assert finding.rule == "other-language"
    assert finding.message == f"This mail is to be in English, but reads as {name}."


@pytest.mark.parametrize("name", OTHERS)
def test_a_mail_in_the_readers_language_is_right(name: str) -> None:
    """Also in a language without word lists of its own."""
    tags = {"Portuguese": "pt", "Italian": "it", "Dutch": "nl", "Polish": "pl", "Swedish": "sv"}
    tags |= {"Turkish": "tr", "Chinese": "zh"}
    tags |= {"a language in Cyrillic letters": "ru", "a language in Arabic letters": "ar"}
    assert languages.find_other(OTHERS[name], tags[name]) is None
    assert languages.find_other(OTHERS[name], "en") == name
    assert languages.find_other(BODY, tags[name]) == "English"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Merci, danke, gracias.", "en"),
        ("Der Zug war weg.", "en"),
        ("", "en"),
        ("1, 2, 3 ... 40 000 km; www.northgate.example/de/die/der/das/und/ist", "en"),
        ("Kiitos ajastasi tiistaina ja siitä että sain nähdä osaston, se oli hienoa.", "xx"),
    ],
)
def test_what_cannot_be_told_is_not_said(text: str, language: str) -> None:
    """Few words tell nothing, nor does a language that is not known."""
    assert languages.find_other(text, language) is None


@pytest.mark.parametrize(
    ("extra", "language"),
    [
        (
            "Auf dem Schild am Eingang steht „The customer is not always right, but is always a "
            "customer, and that is what we are here for“.",
            "de",
        ),
        (
            "Pair Programming, Code Reviews, Feature Flags und Blue-Green-Deployment kenne ich.",
            "de",
        ),
        ("Ich kenne Excel, Power BI, Outlook, Teams und das Hospital Information System.", "de"),
        ("« I would love to be a part of it », comme on dit chez vous.", "fr"),
        ('Mi abuelo decía "sense presses però sense pauses", y así trabajo.', "es"),
        ("I sang Die Forelle and La donna è mobile at the home in Rue de la Paix.", "en"),
    ],
)
def test_quotations_and_names_in_another_language(extra: str, language: str) -> None:
    """What is quoted or called something does not make the mail another's."""
    body = write_mail(GREETINGS[language], language)
    before, after = body.split("\n\n", 2)[:2], body.split("\n\n", 2)[2]
    assert judge("\n\n".join([*before, extra, after]), language) == []


def test_each_note_to_pass_on_has_its_readers_language() -> None:
    """A note is held against the language of the one it is for."""
    uwe = Person("Uwe Kern", language="de")
    german = write_mail("Guten Tag Uwe Kern,", "de")
    english = BODY.replace("Marisol Duarte", "Uwe Kern")
    heading = "\n\nFor Uwe Kern:\n\n"
    assert "other-language" not in find(BODY + heading + german, passed_on=(uwe,))
    (finding,) = [
        f for f in check(BODY + heading + english, passed_on=(uwe,)) if f.rule == "other-language"
    ]
    assert finding.place is not None
    assert finding.place[0] > len(BODY)
    assert "other-language" in find(BODY + "\n\nFor Tom Kessler:\n\n" + german, passed_on=(TOM,))


@pytest.mark.parametrize(
    ("greeting", "language", "expected"),
    [
        ("Sehr geehrte Frau Duarte,", "en", True),
        ("Estimada Sra. Duarte:", "en", True),
        ("Hola Marisol,", "en", True),
        ("Bonjour Marisol,", "en", True),
        ("Dear Marisol,", "es", True),
        ("Dear Ms. Duarte,", "de", True),
        ("Bonjour Madame Duarte,", "de", True),
        ("Guten Tag Frau Duarte,", "fr", True),
        ("Dear Señora Duarte,", "en", False),
        ("Dr Duarte,", "en", False),
        ("Frau Duarte,", "en", False),
        ("Marisol,", "en", False),
        ("Hi Marisol,", "de", False),
        ("Estimada Ms. Duarte:", "es", False),
    ],
)
def test_mixed_language(greeting: str, language: str, *, expected: bool) -> None:
    """The greeting's words tell its language; a title or a name may be anybody's."""
    found = judge(write_mail(greeting, language), language)
    assert found == (["mixed-language"] if expected else [])


def test_mixed_language_says_both() -> None:
    """The place is the greeting."""
    body = write_mail("Sehr geehrte Frau Duarte,")
    (finding,) = [f for f in check(body) if f.rule in RULES]
    assert finding.message == "The greeting is in German, the text in English."
    assert quote(body, finding) == "Sehr geehrte Frau Duarte"


@pytest.mark.parametrize(
    ("greeting", "sentence", "language"),
    [
        ("Guten Tag Marisol Duarte,", "Ich fand schön, wie du mir alles gezeigt hast.", "de"),
        ("Sehr geehrte Frau Duarte,", "Über deine Antwort würde ich mich sehr freuen.", "de"),
        ("Bonjour Marisol Duarte,", "Ton accueil m'a beaucoup touchée, et je te remercie.", "fr"),
        ("Estimada Sra. Duarte:", "Me gustó mucho lo que me contaste de tu equipo.", "es"),
        ("Buenos días, Marisol:", "Como usted dice, hay que empezar por ti.", "es"),
    ],
)
def test_register_mix(greeting: str, sentence: str, language: str) -> None:
    """One reader is addressed in one register."""
    first, rest = write_mail(greeting, language).split("\n\n", 1)
    assert judge(f"{first}\n\n{sentence} {rest}", language) == ["register-mix"]


@pytest.mark.parametrize(
    ("greeting", "sentence", "language"),
    [
        ("Guten Tag Marisol Duarte,", "Die Kolleginnen waren nett. Sie haben mir geholfen.", "de"),
        ("Guten Tag Marisol Duarte,", "Die Station gefiel mir, weil sie so ruhig ist.", "de"),
        ("Guten Tag Marisol Duarte,", "„Du schaffst das“, sagte man mir dort.", "de"),
        ("Sehr geehrte Frau Duarte,", "Das Haus war schön, und ihre Zimmer hell.", "de"),
        ("Buenos días, Marisol Duarte:", "«Tú mira y calla», me decían.", "es"),
    ],
)
def test_words_that_only_look_like_a_register(greeting: str, sentence: str, language: str) -> None:
    """They in the third person, and what somebody else said, address nobody."""
    first, rest = write_mail(greeting, language).split("\n\n", 1)
    assert judge(f"{first}\n\n{sentence} {rest}", language) == []


def test_friends_write_of_others_in_the_third_person() -> None:
    """In a mail with du, a "Sie" that begins a sentence is somebody else."""
    body = (
        "Hallo Marisol,\n\ndanke, dass du mir am Dienstag die Station gezeigt hast. Die Teams sind "
        "klein. Sie planen die Entlassung vom ersten Tag an: Ihre Listen hängen im Flur. Bei euch "
        "möchte ich sehr gern anfangen, am liebsten als Ward Nurse bei Northgate.\n\n"
        "Ich freue mich auf deine Antwort.\n\nViele Grüße\nHannah Whitlock"
    )
    assert judge(body, "de") == []
    assert judge(body.replace("deine Antwort", "Ihre Antwort"), "de") == ["register-mix"]


def test_the_rarer_register_is_the_slip() -> None:
    """It is pointed at; the message has a word of both."""
    body = write_mail("Guten Tag Marisol Duarte,", "de").replace("darauf, von", "darauf, dich und")
    (finding,) = [f for f in check(body, language="de") if f.rule in RULES]
    assert quote(body, finding) == "dich"
    assert finding.message == "You mix two ways to address the reader: “Ihr” and “dich”."
