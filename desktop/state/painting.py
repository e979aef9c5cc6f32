"""What the artist does to the picture, in the artist's words: each verb is one edit, one step of undo and one line of status."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop.document import edits
from desktop.document.document import Document
from desktop.state.library import Library, style_key
from desktop.state.session import Session
from engine.api.recipe import BlendMode, Layer, Style


class Painting(QObject):
    """Verbs on the current layer; without a layer they do nothing. `gesture` names one drag of a slider,
    None a single change."""

    def __init__(self, session: Session, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._library = library

    def use_style(self, key: str) -> None:
        """Paint with this style alone."""
        entry, index = self._library.find(key), self._session.current_index
        if entry is None or self._session.current_layer is None:
            return
        self._session.apply(lambda document: edits.apply_style(document, index, entry.style), "style", f"Painted in {entry.title}")

    def mix_style(self, key: str) -> None:
        """Add this style to the layer's mix."""
        entry, index = self._library.find(key), self._session.current_index
        if entry is None or self._session.current_layer is None:
            return
        self._session.apply(lambda document: edits.mix_style(document, index, entry.style), "style", f"Mixed in {entry.title}")

    def step_style(self, step: int) -> None:
        """Paint with the style `step` places after the present one in the gallery."""
        layer = self._session.current_layer
        if layer is None:
            return
        entry = self._library.neighbour(style_key(layer.styles[0].style) if layer.styles else None, step)
        if entry is not None:
            self.use_style(entry.key)

    def remove_style(self, key: str) -> None:
        """Take a style out of the current layer's mix."""
        style, index = self._used(key), self._session.current_index
        if style is None:
            return
        say = f"{self._library.title(style)} is out of the mix"
        self._session.apply(lambda document: edits.remove_style(document, index, style), "style", say)

    def set_share(self, key: str, share: float, gesture: str | None = None) -> None:
        """Set how much of the mix is this style, 0…1; the others divide the rest as before."""
        style, index = self._used(key), self._session.current_index
        if style is None:
            return
        say = f"{self._library.title(style)} {share:.0%} of the mix"
        self._session.apply(lambda document: edits.set_share(document, index, style, share), "share of the mix", say, gesture=gesture)

    def set_strength(self, strength: float, gesture: str | None = None) -> None:
        index = self._session.current_index
        say = f"Strength {strength:.0%}"
        self._session.apply(lambda document: edits.set_strength(document, index, strength), "strength", say, gesture=gesture)

    def set_style_scale(self, scale: float, gesture: str | None = None) -> None:
        index = self._session.current_index
        say = f"Stroke size {scale:.2f}×"
        self._session.apply(lambda document: edits.set_style_scale(document, index, scale), "stroke size", say, gesture=gesture)

    def set_keep_colors(self, keep: bool) -> None:
        index = self._session.current_index
        say = "The photo's colours are kept" if keep else "The colours come from the style"
        self._session.apply(lambda document: edits.set_keep_colors(document, index, keep), "keep colours", say)

    def reset(self) -> None:
        """Strength, stroke size, colours and shares of the current layer as they begin; its styles stay."""
        index, layer = self._session.current_index, self._session.current_layer
        if layer is None:
            return

        def begin_again(document: Document) -> Document:
            document = edits.set_strength(document, index, Layer.strength)
            document = edits.set_style_scale(document, index, Layer.style_scale)
            document = edits.set_keep_colors(document, index, Layer.keep_colors)
            return edits.level_mix(document, index)

        self._session.apply(begin_again, "reset", "The look is as it was at first")

    def set_opacity(self, index: int, opacity: float, gesture: str | None = None) -> None:
        say = f"Opacity {opacity:.0%}"
        self._session.apply(lambda document: edits.set_opacity(document, index, opacity), "opacity", say, gesture=gesture)

    def set_blend(self, index: int, blend: BlendMode) -> None:
        say = f"Blend mode {blend.replace('-', ' ')}"
        self._session.apply(lambda document: edits.set_blend(document, index, blend), "blend mode", say)

    def toggle_visible(self, index: int) -> None:
        """Hide a layer, or show it again."""
        name, visible = self._name(index), not self._session.recipe.layers[index].visible
        say = f"{name} is shown" if visible else f"{name} is hidden"
        self._session.apply(lambda document: edits.set_visible(document, index, visible), "visibility", say)

    def move_layer(self, index: int, to: int) -> None:
        if self._session.apply(lambda document: edits.move_layer(document, index, to), "layer order", f"Moved {self._name(index)}"):
            self._session.select_layer(to)

    def remove_layer(self, index: int) -> None:
        say = f"Removed {self._name(index)}"
        self._session.apply(lambda document: edits.remove_layer(document, index), "removed layer", say)

    def _used(self, key: str) -> Style | None:
        """The style of the current layer's mix that has this key."""
        layer = self._session.current_layer
        return next((use.style for use in layer.styles if style_key(use.style) == key), None) if layer is not None else None

    def _name(self, index: int) -> str:
        return self._session.recipe.layers[index].source.name or f"layer {index + 1}"
