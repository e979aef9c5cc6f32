"""A small generator among the models: 16 px, six layers, nothing at zero."""

from __future__ import annotations

import pytest

from engine.context import Context
from engine.models.generators import GeneratorModel
from tests.tiny import write_tiny_generator


@pytest.fixture
def model(context: Context) -> GeneratorModel:
    context.models.add(write_tiny_generator(context.places.models, "mine"))
    return context.models.generator("mine")
