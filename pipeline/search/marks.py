"""Which words of a text are those that were asked for, as the keyword index finds them. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from core.text.stems import stem, sure_beginning
from core.text.words import Token, folded, phrase_tokens, tokens_of
from pipeline.search.found import Span
from pipeline.search.query import Term


def marks(terms: Sequence[Term], text: str) -> tuple[Span, ...]:
    """The spans of the words that any of these terms asks for, in order and without overlap.

    A word is marked as it was written, in whatever form, case or spelling it was found.
    """
    return merged(Marker(terms).by_term(terms, text))


def merged(by_term: Iterable[Iterable[Span]]) -> tuple[Span, ...]:
    """All of these spans in order, as one where they overlap."""
    one: list[Span] = []
    for start, end in sorted(chain.from_iterable(by_term)):
        if one and start < one[-1][1]:
            one[-1] = one[-1][0], max(end, one[-1][1])
        else:
            one.append((start, end))
    return tuple(one)


def quoted(text: str, spans: Sequence[Span]) -> list[str]:
    """What stands at these spans, each word once, as it is written where it comes first."""
    written = [" ".join(text[start:end].split()) for start, end in spans]
    return list({folded(each): each for each in reversed(written)}.values())[::-1]


class Marker:
    """Finds the words of one query in any number of texts."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._ways = {term: (_phrases(term.forms), _phrases(term.split)) for term in terms}

    def by_term(self, terms: Sequence[Term], text: str) -> list[list[Span]]:
        """For each of these terms of the query, where its words stand in the text."""
        if not terms:
            return []
        said = _Said(text)
        return [self._spans(term, said) for term in terms]

    def _spans(self, term: Term, said: "_Said") -> list[Span]:
        """As the index is asked: in two words only where none of the term's forms is there."""
        for phrases in self._ways[term]:
            spans = [span for phrase in phrases for span in _standing(phrase, said)]
            if spans:
                return spans
        return []


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Stems that stand side by side; where `begins`, the only token need but begin so.

    `sure` is how the first token begins, whatever form it has: most words differ there already.
    """

    stems: list[str]
    begins: bool
    sure: str


class _Said:
    """The tokens of a text, and the places of those that begin with a letter."""

    def __init__(self, text: str) -> None:
        self.tokens = tokens_of(text)
        self.places: dict[str, list[int]] = defaultdict(list)
        for place, token in enumerate(self.tokens):
            self.places[token.text[0]].append(place)


def _phrases(forms: Iterable[str]) -> list[_Phrase]:
    cut = [phrase_tokens(form) for form in forms]
    return [
        _Phrase([stem(each) for each in tokens], begins, sure_beginning(tokens[0]))
        for tokens, begins in cut
        if tokens
    ]


def _standing(phrase: _Phrase, said: _Said) -> Iterator[Span]:
    """Where this phrase stands in the text."""
    for place in said.places.get(phrase.sure[0], ()):
        if not said.tokens[place].text.startswith(phrase.sure):
            continue
        here = said.tokens[place : place + len(phrase.stems)]
        if phrase.begins:
            yield here[0].start, _end_of_first(said.tokens, place)
        elif [stem(token.text) for token in here] == phrase.stems and here[0].start < here[-1].end:
            yield here[0].start, here[-1].end


def _end_of_first(tokens: Sequence[Token], place: int) -> int:
    """Where the first of this pair of characters ends: where the next pair begins."""
    first = tokens[place]
    following = [each.start for each in tokens[place + 1 : place + 2] if each.start > first.start]
    return min(first.end, *following) if following else first.end
