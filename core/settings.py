"""The settings: a frozen dataclass for each part, with defaults and reasons beside the fields.

`docs/configuration.md` is held to them by a test; `settings_file` reads the file.
"""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

SecondButton = Literal["recording", "shutdown", "pair"]
"""What the second button does when it is held."""

Policy = Literal["button", "ambient", "everything"]
"""What is kept of what is heard: what is pressed for, what seems to matter, each utterance."""

RETIRED: dict[str, str] = {}
"""Keys that older versions knew, and what became of each: they warn, and change nothing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The limits of a value, beyond its type, and why its default is what it is.

    `form` is a pattern that the whole of a text has to match, `form_name` that in words.
    """

    reason: str
    minimum: float | None = None
    maximum: float | None = None
    secret: bool = False
    form: str | None = None
    form_name: str = ""


def setting(default: object, reason: str, **rule: Any) -> Any:  # noqa: ANN401 - stands for any field
    """A field with its default and its reason; the rest is in `Rule`."""
    return dataclasses.field(default=default, metadata={"rule": Rule(reason, **rule)})


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which weights are used, where they lie, and how much of the machine they may take.

    Weights under a path of the wearer's own are checked against the SHA-256 given
    here; without one, only the weights that this version pins are taken.
    """

    speech_path: Path | None = setting(None, "unset: found as docs/configuration.md says")
    speech_sha256: str | None = setting(None, "needed only beside a speech_path of your own")
    transcriber_path: Path | None = setting(None, "unset: Whisper tiny.en, which set-up brings")
    transcriber_sha256: str | None = setting(None, "of model.bin; only beside a path of your own")
    embedder_path: Path | None = setting(None, "unset: MiniLM, which set-up builds")
    embedder_sha256: str | None = setting(None, "of its model.bin; only beside a path of your own")
    languages_transcriber_path: Path | None = setting(
        None, "unset: Whisper base for many languages, once the set `languages` is fetched"
    )
    languages_transcriber_sha256: str | None = setting(
        None, "of model.bin; only beside a path of your own"
    )
    languages_embedder_path: Path | None = setting(
        None, "unset: Universal Sentence Encoder, once the set `languages` is fetched"
    )
    languages_embedder_sha256: str | None = setting(
        None, "of weights.npz; only beside a path of your own"
    )
    larger_transcriber_path: Path | None = setting(
        None, "unset: nothing is heard again; else a larger Whisper, which `refine` asks"
    )
    larger_transcriber_sha256: str | None = setting(
        None, "of model.bin; it is needed beside the path"
    )
    number_format: Literal["auto", "int8", "float32"] = setting(
        "auto",
        "auto: whichever set-up measured to be faster for Whisper on this processor; int8 where "
        "memory is short",
    )
    threads: int = setting(
        1,
        "thread pools that spin double the CPU for the same wall time (measured, x86)",
        minimum=1,
        maximum=64,
    )


@dataclass(frozen=True, slots=True)
class MachineSettings:
    """The profile of the machine."""

    profile: Literal["auto", "zero", "full"] = setting(
        "auto", "auto: zero where the machine shows less than 700 MB of memory, else full"
    )


def _pin(reason: str) -> Any:  # noqa: ANN401 - stands for a field
    return setting(None, reason, minimum=0, maximum=27)


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """The things with a wire. Pins are BCM numbers."""

    microphone: str | None = setting(None, "unset: the system's default input")
    gain_db: float | None = setting(
        None, "unset: by the card's name, as docs/wiring.md lists them", minimum=-20, maximum=60
    )
    channel: Literal["auto", "left", "right"] = setting(
        "auto", "auto: the louder one of two; an I2S microphone fills one slot only"
    )
    ring_s: float = setting(
        120.0,
        "a press reaches for the last minute, a long sentence for more; a minute takes 1.9 MB, "
        "and the profile zero holds 300 s at most",
        minimum=30,
        maximum=1800,
    )
    reserve_mb: int = setting(
        500,
        "what stays free on the disk: below it a press is refused, and the system still works",
        minimum=10,
        maximum=1_000_000,
    )
    button_pin: int | None = _pin("unset: no button is wired; to ground")
    second_button_pin: int | None = _pin("unset: no second button is wired; to ground")
    second_button: SecondButton = setting(
        "recording",
        "what the second button does, held: starts and stops a recording, switches the machine "
        "off, or opens and ends a pairing",
    )
    pause_switch_pin: int | None = _pin("unset: no slide switch is wired; to ground is paused")
    input: Path | None = setting(
        None, "unset: no other button; /dev/input/event… of a Bluetooth shutter or a foot switch"
    )
    input_key: int | None = setting(
        None, "unset: any key of that input is the button; its code", minimum=1, maximum=767
    )
    light_pin: int | None = _pin("unset: no light is wired; to ground")
    light_green_pin: int | None = _pin("unset: the light has one colour; else light_pin is red")
    light_blue_pin: int | None = _pin("unset: the light has one colour; else light_pin is red")
    light_spi: Path | None = setting(
        None, "unset: no APA102 lights; /dev/spidev0.1 on a ReSpeaker hat"
    )
    brightness: int = setting(
        60,
        "percent; a light in a dark room may be faint, never off while it listens",
        minimum=5,
        maximum=100,
    )
    motor_pin: int | None = _pin("unset: no motor is wired; to a transistor, with a diode")
    buzzer_pin: int | None = _pin("unset: no buzzer is wired; an active one")


@dataclass(frozen=True, slots=True)
class HearingSettings:
    """What the wearer speaks, and of whom."""

    languages: tuple[str, ...] = setting(
        ("en",),
        "the one to five languages that you speak, by their ISO 639-1 codes; others than English "
        "need the models of `afterthought models --fetch languages`",
    )
    words: tuple[str, ...] = setting(
        (),
        "names and terms of yours that are misheard, 200 at most of 40 signs each: they are "
        "written where something doubtful sounds like them",
    )


@dataclass(frozen=True, slots=True)
class SelectionSettings:
    """What is kept without a press, and how much of the machine that may take."""

    policy: Policy = setting(
        "button",
        "button: only what is pressed for; ambient: also what seems to matter, the rest is "
        "forgotten at once; everything: each utterance",
    )
    minutes_an_hour: float = setting(
        15.0,
        "of speech that ambient may have written down to decide by; 0 keeps nothing without a "
        "press. A quarter of an hour that is all talk",
        minimum=0,
        maximum=60,
    )
    cpu_percent: int = setting(
        50,
        "of the time in which ambient may have the models at work: the rest is for what is pressed "
        "for, and for the battery",
        minimum=1,
        maximum=100,
    )
    quiet_hours: str | None = setting(
        None,
        "unset: none; else from when to when ambient keeps nothing, as in 22:00-07:00; "
        "the same time twice is all day",
        form=r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d",
        form_name="two times of the day, as in 22:00-07:00",
    )
    others: Literal["pass_over", "keep"] = setting(
        "pass_over",
        "once your voice is enrolled, ambient passes over what others say; keep: it may keep that, "
        "too. What is pressed for and recorded is kept with every voice",
    )


@dataclass(frozen=True, slots=True)
class PipelineSettings:
    """The worker's patience and its share of the machine."""

    idle_s: float = setting(
        120.0,
        "long enough for a second thought; the models' 200 MB come back after it",
        minimum=0,
        maximum=86_400,
    )
    stuck_s: float = setting(
        300.0,
        "a window of 30 s takes under 2 s here and some 60 on a Zero 2 W; models that say "
        "nothing for longer than this are ended, and the work is tried again",
        minimum=5,
        maximum=86_400,
    )


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Programs of other machines that hear moments again, by `refine --engine` or while idle."""

    openai: str | None = setting(
        None,
        "unset: nobody is asked; else where an OpenAI-compatible server is, as in "
        "`http://laptop.local:8000/v1`. By http, whoever is on that network can listen",
        form=r"https?://[^\s/]+(/\S*)?",
        form_name="an address such as http://laptop.local:8000/v1",
    )
    openai_model: str = setting("whisper-1", "the name that most such servers know")
    openai_key: str | None = setting(None, "only where the server asks for one", secret=True)
    wyoming: str | None = setting(
        None,
        "unset: nobody is asked; else where a Wyoming server is, as in `laptop.local:10300`. Its "
        "protocol has neither authentication nor encryption: whoever is on that network can "
        "listen, and can answer in its place",
        form=r"(\[[0-9a-fA-F:]+\]|[^\s:/\[\]]+):[0-9]{1,5}",
        form_name="a host and a port such as laptop.local:10300",
    )
    while_idle: Literal["none", "openai", "wyoming"] = setting(
        "none",
        "none: only `refine --engine` asks an engine; else the one that is sent, while there is "
        "nothing else to do, one moment after the other that was kept on this machine",
    )


@dataclass(frozen=True, slots=True)
class DashboardSettings:
    """The page for the phone."""

    interfaces: str | None = setting(
        None,
        "unset: all network interfaces except loopback, VPNs and container bridges, at their "
        "private addresses; else the names of some, as in `wlan0 eth0`, or `none`",
    )
    certificate: Path | None = setting(
        None,
        "unset: only this device's own certificates; else the file of one of yours (PEM, with the "
        "chain after it), as docs/network.md says",
    )
    certificate_key: Path | None = setting(
        None, "unset: the key is in the certificate's file; it must have no passphrase"
    )


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """Other copies of this archive on the local network."""

    port: int = setting(
        8478,
        "other machines meet this one there, and are introduced at the port after it",
        minimum=1024,
        maximum=65_534,
    )
    when: Literal["power", "always", "asked"] = setting(
        "power",
        "power: while the machine is on mains, or does not know; always: on the battery, too; "
        "asked: by `afterthought sync` alone",
    )
    takes_work: Literal["idle", "never"] = setting(
        "idle",
        "idle: on mains and with nothing of its own to do, this machine writes down what others "
        "have kept and not written down yet, and hears it again where it has a larger model; one "
        "with little memory (profile zero) never does",
    )
    most_forgotten: int = setting(
        50,
        "moments that another machine may forget here by itself; where it is more, they are hidden "
        "and wait for your word",
        minimum=0,
        maximum=1_000_000,
    )
    sound_leaves_after_days: int | None = setting(
        None,
        "unset: all sound stays here. A number: sound that is so many days old is erased on this "
        "machine once another one, which may do everything here, has it whole and promises to "
        "keep it. The words stay, and the page fetches the sound again where you want it",
        minimum=1,
        maximum=36_500,
    )
    most_kb_per_s: int | None = setting(
        None,
        "unset: as fast as the network is; else how many kB this machine sends and fetches in a "
        "second, both together",
        minimum=32,
        maximum=1_000_000,
    )
    least_battery_percent: int = setting(
        15,
        "while the battery is emptied and has less than this, nobody is met, whoever calls: what "
        "is left is for what you press for",
        minimum=0,
        maximum=100,
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; one table of the file for each part."""

    models: ModelSettings = ModelSettings()
    machine: MachineSettings = MachineSettings()
    device: DeviceSettings = DeviceSettings()
    hearing: HearingSettings = HearingSettings()
    selection: SelectionSettings = SelectionSettings()
    pipeline: PipelineSettings = PipelineSettings()
    engines: EngineSettings = EngineSettings()
    dashboard: DashboardSettings = DashboardSettings()
    sync: SyncSettings = SyncSettings()
