"""An address as a QR code: for a page, and for a terminal. Pure.

segno is loaded by the first one: with what it brings it takes 1.5 MB, and few requests need it.
"""

_BORDER = 2

_HALVES = {
    (True, True): " ",
    (True, False): "\u2584",
    (False, True): "\u2580",
    (False, False): "\u2588",
}
"""The light squares are drawn: a camera wants dark ones on light, and terminals are dark."""


def qr_svg(url: str) -> str:
    """The code as an element of a page; how large it is, the style sheet says."""
    import segno  # noqa: PLC0415

    made = segno.make(url, error="m")
    found: str = made.svg_inline(omitsize=True, svgclass="qr", dark="#000", light="#fff", border=3)
    return found


def qr_text(url: str) -> str:
    """The code in half blocks, two rows a line: 29 columns or so for an address of ours."""
    import segno  # noqa: PLC0415

    rows = [list(row) for row in segno.make(url, error="l").matrix_iter(border=_BORDER)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join(
        "".join(_HALVES[bool(upper), bool(lower)] for upper, lower in zip(*pair, strict=True))
        for pair in pairs
    )
