"""What becomes of the wearer's words by the rule that they have to say half of an utterance.

    afterthought bench own_share

Meetings as people wrote them down, cut into utterances at their pauses, everybody in turn as the
wearer, and voices told apart without a mistake: so it is the rule alone that is measured. Beside it
other shares, and taking whatever the wearer says anything in.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from bench.recordings import data_folder
from bench.selection.acts import SpokenAct, read_meetings
from pipeline.voices.wearer import MOSTLY

PAUSE_S = 0.8
"""Silence of this length ends an utterance, as the speech gate has it."""

LONGEST_S = 30.0
SHARES = (0.0, 0.25, MOSTLY, 0.75)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures."""
    del argv
    meetings = read_meetings(data_folder())
    cut = [each for acts in meetings.values() for each in utterances(acts)]
    alone = sum(len({act.speaker for act in each}) == 1 for each in cut)
    print(f"{len(meetings)} meetings, {len(cut):,} utterances, {alone / len(cut):.2f} of one voice")
    print("share of it | of their words | of their linked words | others' among what is kept")
    for share in SHARES:
        told = Counter[str]()
        for each in cut:
            told.update(counted(each, share))
        words, linked = told["taken"] / told["own"], told["taken_linked"] / told["linked"]
        others = told["others"] / (told["taken"] + told["others"])
        mark = "  (ours)" if share == MOSTLY else ""
        print(f"{share:11.2f} | {words:14.3f} | {linked:21.3f} | {others:.3f}{mark}")
    return 0


def utterances(acts: Iterable[SpokenAct]) -> Iterator[list[SpokenAct]]:
    """What is said without a pause, by whomever, and no longer than is heard at once."""
    found: list[SpokenAct] = []
    for act in acts:
        end_s = max((each.end_s for each in found), default=act.start_s)
        if found and (act.start_s - end_s >= PAUSE_S or act.end_s - found[0].start_s > LONGEST_S):
            yield found
            found = []
        found.append(act)
    if found:
        yield found


def counted(utterance: Sequence[SpokenAct], least: float) -> Counter[str]:
    """Words of each who speaks in it, as the wearer, and those that the rule takes."""
    told, spoken_s = Counter[str](), defaultdict[str, float](float)
    for act in utterance:
        spoken_s[act.speaker] += max(act.end_s - act.start_s, 0.01)
    total_s = sum(spoken_s.values())
    for wearer, own_s in spoken_s.items():
        own = sum(act.words for act in utterance if act.speaker == wearer)
        linked = sum(act.words for act in utterance if act.speaker == wearer and act.is_linked)
        told.update({"own": own, "linked": linked})
        if own_s / total_s >= least:
            others = sum(act.words for act in utterance) - own
            told.update({"taken": own, "taken_linked": linked, "others": others})
    return told


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
