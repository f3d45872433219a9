"""What `doctor` looks at on the porch: whether sound comes, and whether the pins are there."""

from collections.abc import Callable, Iterator

from core.checks import Check
from core.errors import UserError
from core.places import Home
from core.settings import load

from .button import PinButton
from .light import PinLight
from .trying import why_no_microphone


def checks(home: Home) -> Iterator[Check]:
    """The microphone, and the pins that the settings name."""
    settings = load(home.path).device
    missing = why_no_microphone(settings.microphone)
    if missing is None:
        yield Check("microphone", "ok", "The microphone sends sound.")
    else:  # files and notes can be kept all the same
        yield Check("microphone", "warn", missing.sentence, missing.advice)
    if settings.button_pin is not None:
        yield _pin("button", settings.button_pin, _try_button)
    if settings.light_pin is not None:
        yield _pin("light", settings.light_pin, _try_light)


def _pin(what: str, number: int, attempt: Callable[[int], None]) -> Check:
    try:
        attempt(number)
    except UserError as error:
        return Check(what, "fail", error.sentence, error.advice)
    return Check(what, "ok", f"The {what}'s pin, GPIO {number}, can be used.")


def _try_button(number: int) -> None:
    button = PinButton(number)
    button.start(lambda _: None)
    button.stop()


def _try_light(number: int) -> None:
    PinLight(number).stop()
