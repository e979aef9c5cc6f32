"""From the wish to export to the answer: the dialog, filled from the studio and served by it while it is open."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from desktop.state.studio import Studio
from desktop.views.dialogs import pictures_folder
from desktop.views.export_dialog import ExportDialog
from engine.api.latent import Morph
from engine.api.output import PROFILES, Output
from engine.api.proofing import Loupe, Proof, Spot
from engine.api.recipe import Photo, Recipe, Source


def ask_how_to_export(parent: QWidget, studio: Studio, recipe: Recipe, image: QImage) -> ExportDialog:
    """Ask how to write this recipe, which looks like `image`, then write it."""
    choice, proof = studio.settings.settings.export, studio.proofing.proof
    if studio.proofing.on:  # who sees the picture in a printer's colours means to print it
        choice = msgspec.structs.replace(choice, profile=proof.profile, intent=proof.intent, black_point=proof.black_point)
    dialog = ExportDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.set_picture(studio.export_name(recipe), *recipe.native_size, made_side(studio, recipe.layers[0].source))
    dialog.set_choice(choice, studio.exporter.folder() or Path(pictures_folder()))
    dialog.set_image(image)
    dialog.set_speed(studio.exporter.pace.seconds_per_megapixel(recipe))
    painted = [layer for layer in recipe.shown if layer.is_painted]
    bare = sum(layer.shows_photo for layer in recipe.shown)
    dialog.set_strokes(painted[-1].style_scale if painted else None, len(painted), bare)
    dialog.set_proof(studio.proofing.on, proof.gamut)
    _serve(dialog, studio, recipe)
    dialog.open()
    return dialog


def made_side(studio: Studio, source: Source) -> int | None:
    """The side in pixels of what a generator makes for this source; None for a photo, and where the generator is not known."""
    if isinstance(source, Photo):
        return None
    latent = source.a if isinstance(source, Morph) else source
    manifest = studio.workshop.generators.find(latent.model.id)
    size = None if manifest is None else manifest.config.get("size")
    return size if isinstance(size, int) else None


def _serve(dialog: ExportDialog, studio: Studio, recipe: Recipe) -> None:
    """The loupe, the soft proof, and at the end the export itself."""

    def look(long_edge: int | None, spot: Spot, proof: Proof | None) -> None:
        studio.loupe.look(Loupe(recipe, long_edge, spot, proof))

    def proof(on: bool, told: Proof) -> None:
        if told.profile not in PROFILES:  # the proof keeps its printer where the picture goes to a screen
            studio.proofing.choose(told)
        studio.proofing.switch(on)

    def export(output: Output) -> None:
        studio.settings.change(export=msgspec.structs.replace(studio.settings.settings.export, unit=dialog.unit))
        studio.exporter.export(recipe, output)

    dialog.spot_wanted.connect(look)
    dialog.proof_changed.connect(proof)
    dialog.export_requested.connect(export)
    dialog.finished.connect(studio.loupe.close)
    studio.loupe.framed.connect(dialog.show_spot)
    studio.loupe.failed.connect(dialog.refuse_spot)
    studio.loupe.busy_changed.connect(dialog.loupe.set_busy)
