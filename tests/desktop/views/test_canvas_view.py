"""How the picture lies in the canvas, as arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QSizeF

from desktop.views.canvas_view import FIT_MARGIN, MAX_ZOOM, CanvasView


def view(width: float = 4000, height: float = 3000, ratio: float = 1.0) -> CanvasView:
    return CanvasView(QSizeF(width, height), QSizeF(1000, 700), ratio).fitted()


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("size", [(4000, 3000), (300, 3000), (20, 10)])
def test_fit_shows_the_whole_picture_in_the_middle(size: tuple[int, int], ratio: float) -> None:
    fitted = view(*size, ratio)
    target = fitted.target
    assert target.center().x() == pytest.approx(500, abs=1)
    assert target.center().y() == pytest.approx(350, abs=1)
    assert max(target.width() / (1000 - 2 * FIT_MARGIN), target.height() / (700 - 2 * FIT_MARGIN)) == pytest.approx(
        min(1.0, MAX_ZOOM / fitted.ratio * max(size[0] / 936, size[1] / 636)), abs=1e-6
    )


@given(
    factor=st.floats(0.2, 5),
    x=st.floats(300, 700),
    y=st.floats(200, 500),
    ratio=st.sampled_from([1.0, 1.25, 2.0]),
    start=st.floats(0.5, 2),
)
def test_zoom_keeps_the_point_under_the_anchor(factor: float, x: float, y: float, ratio: float, start: float) -> None:
    anchor = QPointF(x, y)
    before = CanvasView(QSizeF(20000, 20000), QSizeF(1000, 700), ratio).at(start, QPointF(10000, 10000))
    after = before.zoomed(before.zoom * factor, anchor)
    assert after.zoom == pytest.approx(before.zoom * factor)
    moved = after.to_picture(anchor) - before.to_picture(anchor)
    assert moved.manhattanLength() < 1e-6


@given(zoom=st.floats(0.001, 1000), x=st.floats(-1e5, 1e5), y=st.floats(-1e5, 1e5))
def test_the_view_never_leaves_the_picture(zoom: float, x: float, y: float) -> None:
    looked = view().at(zoom, QPointF(x, y))
    assert 0 <= looked.centre.x() <= 4000
    assert 0 <= looked.centre.y() <= 3000
    assert looked.min_zoom <= looked.zoom <= MAX_ZOOM
    assert not looked.visible.isEmpty()


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_the_corner_lies_on_a_device_pixel(ratio: float) -> None:
    looked = view(ratio=ratio).at(1.0, QPointF(1234.567, 890.123))
    for value in (looked.target.x(), looked.target.y()):
        assert value * ratio == pytest.approx(round(value * ratio))
    assert looked.target.width() * ratio == 4000


def test_panning_moves_the_picture_with_the_hand() -> None:
    before = view().at(2.0, QPointF(2000, 1500))
    after = before.panned(QPointF(30, -12))
    assert after.to_widget(QPointF(2000, 1500)) - before.to_widget(QPointF(2000, 1500)) == QPointF(30, -12)


def test_the_two_directions_are_inverse() -> None:
    looked = view(ratio=2.0).at(0.7, QPointF(100, 200))
    back = looked.to_picture(looked.to_widget(QPointF(17, 99)))
    assert (back - QPointF(17, 99)).manhattanLength() < 1e-9
