"""How many bytes, for people."""

FEW_BYTES = 1000
"""Below it they are told one by one."""

_UNITS = ("kB", "MB", "GB", "TB")
_FEW = 10
"""Below it a unit has a decimal."""


def size_in_words(size_bytes: int) -> str:
    """`0 bytes`, `1 byte`, `812 bytes`, `3.4 kB`, `56 MB`: never more than it is."""
    if size_bytes < FEW_BYTES:
        return f"{size_bytes} {'byte' if size_bytes == 1 else 'bytes'}"
    tenths = size_bytes * 10
    for unit in _UNITS:
        tenths //= FEW_BYTES
        if tenths < FEW_BYTES * 10 or unit == _UNITS[-1]:
            break
    return f"{tenths / 10:.1f} {unit}" if tenths < _FEW * 10 else f"{tenths // 10} {unit}"
