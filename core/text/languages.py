"""Languages by their ISO 639-1 codes: their names, and which of them the wearer speaks."""

from collections.abc import Sequence
from dataclasses import dataclass

ENGLISH = "en"

MOST_CHOSEN = 5
"""Between more, Whisper errs often enough that a wearer is better served without the rarer ones."""

LANGUAGE_NAMES = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "as": "Assamese", "az": "Azerbaijani",
    "ba": "Bashkir", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali", "bo": "Tibetan",
    "br": "Breton", "bs": "Bosnian", "ca": "Catalan", "cs": "Czech", "cy": "Welsh",
    "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fo": "Faroese",
    "fr": "French", "gl": "Galician", "gu": "Gujarati", "ha": "Hausa", "he": "Hebrew",
    "hi": "Hindi", "hr": "Croatian", "ht": "Haitian Creole", "hu": "Hungarian",
    "hy": "Armenian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese",
    "jv": "Javanese", "ka": "Georgian", "kk": "Kazakh", "km": "Khmer", "kn": "Kannada",
    "ko": "Korean", "la": "Latin", "lb": "Luxembourgish", "ln": "Lingala", "lo": "Lao",
    "lt": "Lithuanian", "lv": "Latvian", "mg": "Malagasy", "mi": "Maori", "mk": "Macedonian",
    "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi", "ms": "Malay", "mt": "Maltese",
    "my": "Burmese", "ne": "Nepali", "nl": "Dutch", "nn": "Nynorsk", "no": "Norwegian",
    "oc": "Occitan", "pa": "Punjabi", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sa": "Sanskrit", "sd": "Sindhi", "si": "Sinhala",
    "sk": "Slovak", "sl": "Slovenian", "sn": "Shona", "so": "Somali", "sq": "Albanian",
    "sr": "Serbian", "su": "Sundanese", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil",
    "te": "Telugu", "tg": "Tajik", "th": "Thai", "tk": "Turkmen", "tl": "Tagalog",
    "tr": "Turkish", "tt": "Tatar", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek",
    "vi": "Vietnamese", "yi": "Yiddish", "yo": "Yoruba", "zh": "Chinese",
}  # fmt: skip
"""The languages that Whisper knows, but for the two without a code of ISO 639-1 (Hawaiian,
Cantonese)."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The languages of a wearer, at least one, and what could not be taken of their list.

    Each problem is a sentence with the next step.
    """

    codes: tuple[str, ...]
    problems: tuple[str, ...] = ()

    @property
    def is_english_alone(self) -> bool:
        return self.codes == (ENGLISH,)


def chosen(listed: Sequence[str]) -> Chosen:
    """What `hearing.languages` comes to: what can be taken of it is taken; English where nothing.

    Never raises, so that a slip in the list does not end the hearing.
    """
    asked = list(dict.fromkeys(each.strip().lower() for each in listed))
    known = [code for code in asked if code in LANGUAGE_NAMES]
    problems = [_unknown(code) for code in asked if code not in LANGUAGE_NAMES]
    if len(known) > MOST_CHOSEN:
        problems.append(_too_many(known[MOST_CHOSEN:]))
    if not known:
        problems.append(
            "hearing.languages names no language that can be heard, so English is heard. Write "
            'into settings.toml what you speak, as in languages = ["en", "de"].'
        )
    return Chosen(tuple(known[:MOST_CHOSEN]) or (ENGLISH,), tuple(problems))


def language_name(code: str) -> str:
    """The language's English name; the code itself where we know none for it."""
    return LANGUAGE_NAMES.get(code, code)


def _too_many(left_out: Sequence[str]) -> str:
    names = " and ".join(map(language_name, left_out))
    are = "is" if len(left_out) == 1 else "are"
    return (
        f"hearing.languages lists more than {MOST_CHOSEN} languages: {names} {are} left out. "
        f"Take {len(left_out)} out of the list in settings.toml."
    )


def _unknown(code: str) -> str:
    meant = next((each for each, name in LANGUAGE_NAMES.items() if name.lower() == code), None)
    step = f'Write "{meant}"' if meant else 'Write its two letters, as "de" for German,'
    return (
        f"hearing.languages has {code!r}, which is no code of a language that can be heard. "
        f"{step} in settings.toml."
    )
