"""What a command line calls a picture of a generator: a seed, a code file or a photo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.api.errors import BadRequest, FileMissing
from engine.api.exploring import ReadCode
from engine.api.latent import GREATEST_SEED, Latent
from engine.cli.session import Session
from engine.models.generators import GeneratorModel

HOUSE_GENERATOR = "scrolls-128"


def opened(model: str | None, words: list[str], engine: Session) -> GeneratorModel:
    """The generator that is named, or else that of the first code file among the words, or the house's."""
    if model is None:
        for word in words:
            if word.endswith(".safetensors"):
                return engine.context.models.generator(engine.run(ReadCode(Path(word))).model.id)
    return engine.context.models.generator(engine.model_id(model or HOUSE_GENERATOR))


def parse_place(word: str, model: GeneratorModel, truncation: float, engine: Session) -> Latent:
    """A seed, or the latent in a code file of the model. BadRequest for what is neither."""
    if word.isdecimal():
        if int(word) > GREATEST_SEED:
            raise BadRequest(f"The seed {word}", f"it is {GREATEST_SEED} at the most")
        return Latent.of_seed(model.key, int(word), truncation)
    path = Path(word)
    if path.suffix == ".safetensors":
        code = engine.run(ReadCode(path))
        return code if code.name else replace(code, name=path.stem)
    if not path.exists():
        raise FileMissing(path)
    raise BadRequest(word, "a picture is a seed or a code file; make a code of a photo with `sfumato invert`")
