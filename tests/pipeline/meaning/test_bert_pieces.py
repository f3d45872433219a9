from pathlib import Path

import pytest
from tokenizers import Tokenizer

from pipeline import models
from pipeline.meaning import bert_pieces
from pipeline.meaning.bert_pieces import BertPieces

TEXTS = [
    "",
    "The dentist moved to Friday, 14:30!",
    "Don't over-water it (twice a week).",
    "naïve CAFÉ İstanbul ΣΊΣΥΦΟΣ straße",
    "e\u0301te\u0301 \u1e69",
    "電池の交換 iPhone 电池 \U00020000x",
    "tab\tand\nline\r\nand\u00a0no-break\u3000wide\u2028end",
    "zero\u200bwidth so\u00adft \x00nul \x1b[0m \ufffd \ue000",
    "🔋 siren🚨now 👩‍🔧 ≠ ; ‽ «so» — … €5 +1 ~$x",
    "a" * 100 + " " + "b" * 101,
    "المضخة تسرّب המשאבה насос ปั๊มน้ำ 펌프 अम्मा",
    "antidisestablishmentarianism qzxjkvbw ##ing",
]


@pytest.fixture(scope="module")
def tokenizer() -> Path:
    folder = models.package_folder(models.EMBEDDER)
    if folder is None:
        pytest.skip("the package that carries the pieces is not installed")
    return folder / "tokenizer.json"


@pytest.fixture(scope="module")
def pieces(tokenizer: Path, tmp_path_factory: pytest.TempPathFactory) -> BertPieces:
    file = tmp_path_factory.mktemp("pieces") / bert_pieces.NAME
    bert_pieces.write(tokenizer, file)
    return BertPieces(file)


@pytest.fixture(scope="module")
def theirs(tokenizer: Path) -> Tokenizer:
    library = Tokenizer.from_str(tokenizer.read_text(encoding="utf-8"))
    library.no_padding()
    library.no_truncation()
    return library


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_cut_as_the_library_cuts_it(
    pieces: BertPieces, theirs: Tokenizer, text: str
) -> None:
    encoded = theirs.encode(text)

    numbers = pieces.numbers_of(text)

    assert pieces.between_marks(numbers) == encoded.ids
    assert [pieces.text_of(number) for number in numbers] == encoded.tokens[1:-1]


def test_every_character_of_the_first_thousands_is_cut_as_the_library_cuts_it(
    pieces: BertPieces, theirs: Tokenizer
) -> None:
    """Beyond, the library's tables are of an older Unicode than Python's."""
    texts = [f"a{chr(code)}b" for code in range(0x500)]

    cut = [pieces.numbers_of(text) for text in texts]

    assert cut == [each.ids[1:-1] for each in theirs.encode_batch(texts)]


def test_a_mark_that_somebody_types_is_no_mark(pieces: BertPieces) -> None:
    assert [pieces.text_of(each) for each in pieces.numbers_of("[SEP]")] == ["[", "sep", "]"]


@pytest.mark.parametrize("content", [b"", b"one\ntwo\n"])
def test_what_is_no_list_of_pieces_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pieces").write_bytes(content)

    with pytest.raises(ValueError, match="no word pieces"):
        BertPieces(tmp_path / "pieces")
