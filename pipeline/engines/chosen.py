"""The engine that the settings name."""

from core.errors import UserError
from core.settings import Settings
from pipeline.engines.openai import OpenAiEngine
from pipeline.engines.port import Engine
from pipeline.engines.wyoming import WyomingEngine


class NoEngine(UserError):
    """The settings name no such engine, so nobody is asked."""

    code = "no_engine"


def engine_named(name: str, settings: Settings) -> Engine:
    """The engine of this kind, at the address that the settings name. Raises NoEngine."""
    engines = settings.engines
    if name == "openai" and engines.openai is not None:
        return OpenAiEngine(engines.openai, engines.openai_model, engines.openai_key)
    if name == "wyoming" and engines.wyoming is not None:
        return WyomingEngine(engines.wyoming)
    raise NoEngine(
        f"No engine of that kind is named: engines.{name} is not in settings.toml.",
        advice="Name its address there; docs/configuration.md says how.",
    )
