"""What a command line calls a picture of a generator: a seed, a code file or a photo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.api.errors import BadRequest
from engine.api.exploring import Invert, ReadCode
from engine.api.latent import GREATEST_SEED, Latent
from engine.api.manifest import HOUSE_GENERATOR
from engine.api.requests import ImportPicture
from engine.cli.session import Session

if TYPE_CHECKING:
    from engine.models.generators import GeneratorModel

GENERATOR_HELP = f"The generator: its id, or its file; {HOUSE_GENERATOR} or the only one there is, where not given."


def generator_id(model: str | None, engine: Session) -> str:
    """The generator that is named by its id or its file; else the house's, or the only one that is here.

    Raises UnknownModel, FileMissing or ModelDamaged for one that is named, BadRequest where it must be named.
    """
    if model is not None:
        return engine.model_id(model, "generator")
    here = [manifest.id for manifest in engine.context.models.found.models if manifest.architecture == "generator"]
    if HOUSE_GENERATOR in here:
        return HOUSE_GENERATOR
    if not here:
        raise BadRequest("The generator", "there is none on this machine yet; `sfumato train` makes one")
    if len(here) > 1:
        raise BadRequest("The generator", f"name one with --model: {', '.join(here)}")
    return here[0]


def opened(model: str | None, words: list[str], engine: Session) -> GeneratorModel:
    """The generator that is named, or else that of the first code file among the words, or the usual one (`generator_id`)."""
    if model is None:
        for word in words:
            if word.endswith(".safetensors"):
                return engine.context.models.generator(engine.run(ReadCode(Path(word))).model.id)
    return engine.context.models.generator(generator_id(model, engine))


def parse_place(word: str, model: GeneratorModel, truncation: float, engine: Session) -> Latent:
    """A seed, the latent in a code file of the model, or a photo, which is looked for (a minute at 128 px)."""
    if word.isdecimal():
        if int(word) > GREATEST_SEED:
            raise BadRequest(f"The seed {word}", f"it is {GREATEST_SEED} at the most")
        return Latent.of_seed(model.key, int(word), truncation)
    path = Path(word)
    if path.suffix == ".safetensors":
        code = engine.run(ReadCode(path))
        return code if code.name else replace(code, name=path.stem)
    found = engine.run(Invert(engine.run(ImportPicture(path)), model.key.id))
    engine.report.note(f"{path}: {found.sentence}")
    return found.latent
