"""Owns the words of the built-in prompts in every locale, as data. Speaks nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

MINUTES = (1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45, 60)
"""Waits that are told; an estimate is no more exact than that."""
SINGLE_NUMBERS = (*range(1, 21), 30, 40, 50, 60, 70, 80, 90)
"""Numbers with a recording of their own; others up to 99 are said as tens and ones."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One recording: what is written, and what is given to the voice where that differs."""

    text: str
    reading: str = ""
    """For Japanese, the text in kana: the voice does not read kanji."""


@dataclass(frozen=True, slots=True)
class Locale:
    """One language: its voice, its recordings by name, and how they make sentences."""

    name: str
    """BCP 47 language tag."""
    voice: str
    """espeak-ng's name of the voice."""
    speed: int
    """Words a minute, as espeak-ng counts them."""
    spoken: Mapping[str, Spoken]


def _numbers(words: str, readings: str = "") -> dict[str, Spoken]:
    """Recordings "1" to "90" from words in the order of SINGLE_NUMBERS."""
    texts = words.split()
    spoken = readings.split() if readings else [""] * len(texts)
    return {
        str(number): Spoken(text, reading) for number, text, reading in zip(SINGLE_NUMBERS, texts, spoken, strict=True)
    }


def _minutes(texts: str, readings: str = "") -> dict[str, Spoken]:
    """Recordings "minutes-1" to "minutes-60" from phrases, split at commas, in the order of MINUTES."""
    phrases = [text.strip() for text in texts.split(",")]
    spoken = readings.split() if readings else [""] * len(phrases)
    return {
        f"minutes-{number}": Spoken(text, reading)
        for number, text, reading in zip(MINUTES, phrases, spoken, strict=True)
    }


ENGLISH = Locale(
    name="en",
    voice="en-gb",
    speed=150,
    spoken={
        "next": Spoken("You are next in line."),
        "place-before": Spoken("You are number"),
        "place-after": Spoken("in line."),
        "wait-before": Spoken("The estimated wait is about"),
        "wait-after": Spoken("Thank you for waiting."),
        "wait-long": Spoken("The estimated wait is more than an hour."),
        "offer-before": Spoken("If you would like us to call you back, press"),
        "offer-after": Spoken("on your keypad."),
        "zero": Spoken("zero"),
        "star": Spoken("star"),
        "hash": Spoken("hash"),
        "closed": Spoken(
            "Thank you for calling. We are closed at the moment. Please call again during our business hours. Goodbye."
        ),
        "busy": Spoken("All of our agents are busy at the moment."),
        "try-later": Spoken("Please try again later. Goodbye."),
        "call-back": Spoken("We will call you back. Goodbye."),
        "noted": Spoken("Your request has been noted."),
        "keep-place": Spoken("You keep your place in line."),
        **_numbers(
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
            " eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
        ),
        **_minutes(
            "one minute., two minutes., three minutes., four minutes., five minutes., seven minutes., ten minutes.,"
            " fifteen minutes., twenty minutes., half an hour., forty-five minutes., one hour."
        ),
    },
)

JAPANESE = Locale(
    name="ja",
    voice="ja",
    speed=150,
    spoken={
        "next": Spoken("次にお繋ぎいたします。", "つぎに おつなぎ いたします。"),
        "place-before": Spoken("ただいまの順番は", "ただいまの じゅんばんは"),
        "place-after": Spoken("番目です。", "ばんめです。"),
        "wait-before": Spoken("お待ちいただく時間は約", "おまちいただく じかんは やく"),
        "wait-after": Spoken("です。", "です。"),
        "wait-long": Spoken(
            "お待ちいただく時間は一時間以上です。", "おまちいただく じかんは いちじかん いじょうです。"
        ),
        "offer-before": Spoken("折り返しのお電話をご希望の方は", "おりかえしの おでんわを ごきぼうの かたは"),
        "offer-after": Spoken("を押してください。", "を おして ください。"),
        "zero": Spoken("ゼロ", "ぜろ"),
        "star": Spoken("米印", "こめじるし"),
        "hash": Spoken("シャープ", "しゃーぷ"),
        "closed": Spoken(
            "お電話ありがとうございます。ただいまの時間は営業しておりません。営業時間内におかけ直しください。",
            "おでんわ ありがとう ございます。ただいまの じかんは えいぎょう して おりません。"
            "えいぎょう じかんないに おかけなおし ください。",
        ),
        "busy": Spoken(
            "ただいま担当者はみな電話に出ております。", "ただいま たんとうしゃは みな でんわに でて おります。"
        ),
        "try-later": Spoken("しばらくしてからおかけ直しください。", "しばらく してから おかけなおし ください。"),
        "call-back": Spoken("こちらからお電話いたします。", "こちらから おでんわ いたします。"),
        "noted": Spoken("ご要望を承りました。", "ごようぼうを うけたまわりました。"),
        "keep-place": Spoken("順番はそのままです。", "じゅんばんは そのまま です。"),
        **_numbers(
            "一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五 十六 十七 十八 十九 二十"
            " 三十 四十 五十 六十 七十 八十 九十",
            "いち に さん よん ご ろく なな はち きゅう じゅう じゅういち じゅうに じゅうさん じゅうよん じゅうご"
            " じゅうろく じゅうなな じゅうはち じゅうきゅう にじゅう"
            " さんじゅう よんじゅう ごじゅう ろくじゅう ななじゅう はちじゅう きゅうじゅう",
        ),
        **_minutes(
            "一分,二分,三分,四分,五分,七分,十分,十五分,二十分,三十分,四十五分,一時間",
            "いっぷん にふん さんぷん よんぷん ごふん ななふん じゅっぷん じゅうごふん にじゅっぷん さんじゅっぷん"
            " よんじゅうごふん いちじかん",
        ),
    },
)

LOCALES = {locale.name: locale for locale in (ENGLISH, JAPANESE)}
