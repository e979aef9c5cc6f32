"""The models in memory: loaded when first wanted, dropped when memory is short."""

from __future__ import annotations

from pathlib import Path

import torch

from engine.api.manifest import Manifest
from engine.api.places import places
from engine.api.upscaling import SCALES, Variant, house_upscaler
from engine.models import accelerated, foreign, registry
from engine.models.accelerated import AcceleratedStylizer
from engine.models.cache import Cache
from engine.models.codes import GalleryCodes, gallery_codes_path
from engine.models.generators import GeneratorModel, load_generator
from engine.models.registry import HOUSE_STYLIZER, Found
from engine.models.stylizer import StylizerModel
from engine.models.upscaler import Upscaler, UpscalerModel
from engine.nets.encoder import Encoder
from engine.nets.generators import Generator


class ModelPool:
    """Models of `folders` (the first folder wins) on one device, and a cache of what they computed."""

    def __init__(self, folders: tuple[Path, ...], device: torch.device, dtype: torch.dtype) -> None:
        self.folders, self.device, self.dtype = folders, device, dtype
        self.cache = Cache()
        self.default_stylizer = HOUSE_STYLIZER
        """The id of the stylizer that recipes are rendered with."""
        self._found: Found | None = None
        self._stylizers: dict[str, StylizerModel] = {}
        self._generators: dict[str, GeneratorModel] = {}
        self._upscalers: dict[str, Upscaler] = {}
        self._encoders: dict[str, Encoder] = {}
        """By the hash of the generator that they were trained for."""
        self.tuned: dict[tuple[str, str], Generator] = {}
        """Generators with a photo's tuning in them, by the model's hash and the tuning's blob; the newest few."""
        self._codes: GalleryCodes | None = None

    @property
    def found(self) -> Found:
        """The models on this machine; the folders are read once."""
        if self._found is None:
            self._found = registry.find(self.folders)
        return self._found

    def add(self, path: Path) -> Manifest:
        """Take in a model file from anywhere, before those of the folders and instead of any that is called so; raises
        `FileMissing` or `ModelDamaged`."""
        manifest = registry.read_manifest(path)
        others = [known for known in self.found.models if known.id != manifest.id]
        self._found = Found((manifest, *others), self.found.skipped)
        self._stylizers.pop(manifest.id, None)
        self._upscalers.pop(manifest.id, None)
        self._encoders.clear()  # another one may be the first now
        if (model := self._generators.pop(manifest.id, None)) is not None:
            self.tuned = {key: network for key, network in self.tuned.items() if key[0] != model.key.hash}
        return manifest

    def stylizer(self) -> StylizerModel:
        """The default stylizer, ready to run; raises `UnknownModel` or `ModelDamaged`."""
        model_id = self.default_stylizer
        if model_id not in self._stylizers:
            manifest = self.found.get(model_id)
            network = registry.load_stylizer(manifest)
            model = StylizerModel(manifest, registry.fingerprint(manifest), network, self.device, self.dtype)
            if self.device.type == "cpu" and accelerated.is_available():
                model.accelerate = lambda: self._accelerated(manifest)
            self._stylizers[model_id] = model
        return self._stylizers[model_id]

    def generator(self, model_id: str) -> GeneratorModel:
        """A generator, ready to run; raises `UnknownModel` or `ModelDamaged`."""
        if model_id not in self._generators:
            manifest = self.found.get(model_id)
            self._generators[model_id] = GeneratorModel(manifest, load_generator(manifest), self.device)
        return self._generators[model_id]

    def upscaler(self, model: str) -> Upscaler:
        """An upscaler, ready to run: of a model's id, or of a file of ours or of another program's. Raises UnknownModel, ModelDamaged,
        WrongModel, FileMissing or ForeignModel."""
        if model not in self._upscalers:
            self._upscalers[model] = self._loaded_upscaler(model)
        return self._upscalers[model]

    def _loaded_upscaler(self, model: str) -> Upscaler:
        if foreign.is_file_name(model) and all(known.id != model for known in self.found.models):
            if not registry.is_ours(Path(model)):
                return foreign.ForeignUpscaler(Path(model), self.device)
            manifest = registry.read_manifest(Path(model))
        else:
            manifest = self.found.get(model)
        return UpscalerModel(manifest, registry.fingerprint(manifest), registry.load_upscaler(manifest), self.device, self.dtype)

    def house_upscaler(self, variant: Variant, scale: int) -> Upscaler:
        """The house's for this scale; where there is none, one for a larger scale, whose pictures can be made smaller. Raises
        UnknownModel."""
        known = {manifest.id for manifest in self.found.models}
        ids = [house_upscaler(variant, larger) for larger in SCALES if larger % scale == 0]
        return self.upscaler(next((each for each in ids if each in known), ids[0]))

    def encoder(self, model: GeneratorModel) -> Encoder | None:
        """The first encoder that was trained for this version of a generator; None where there is none."""
        for manifest in self.found.models:
            if manifest.architecture == "encoder" and manifest.provenance.get("generator_hash") == model.key.hash:
                if model.key.hash not in self._encoders:
                    network = registry.load(manifest)
                    assert isinstance(network, Encoder)
                    self._encoders[model.key.hash] = network.to(self.device)
                return self._encoders[model.key.hash]
        return None

    def _accelerated(self, manifest: Manifest) -> AcceleratedStylizer:
        network = registry.load_stylizer(manifest)  # anew: the pool's own network is in the device's precision already
        cache = places().cache / "openvino"
        return AcceleratedStylizer(network, bf16=self.dtype is torch.bfloat16, threads=torch.get_num_threads(), cache=cache)

    @property
    def gallery_codes(self) -> GalleryCodes:
        if self._codes is None:
            self._codes = GalleryCodes.read(gallery_codes_path())
        return self._codes

    def evict_idle(self) -> None:
        """Give back what can be made again: cached arrays and loaded models."""
        self.cache.clear()
        self._stylizers.clear()
        self._generators.clear()
        self._upscalers.clear()
        self._encoders.clear()
        self.tuned.clear()
