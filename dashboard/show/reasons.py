"""Why a moment was kept that nobody pressed for. Pure."""

from core.selection.reasons import kept_sentence
from pipeline.store.format.readable import texts_of
from pipeline.store.views.moment_fold import MomentRow


def why_kept(row: MomentRow) -> str:
    """`Kept because it is a decision.`; empty for what the wearer kept, who knows why."""
    codes = texts_of(row.reasons) if row.how == "selected" else []
    return kept_sentence(codes) if codes else ""
