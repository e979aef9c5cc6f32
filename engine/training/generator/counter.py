"""What is done when there are few pictures: layers of the critic that do not learn anew."""

from __future__ import annotations

FREEZING = ((200, 2 / 3), (1000, 1 / 2), (5000, 1 / 4))
"""(fewer than so many pictures, the share of the critic's stages that is frozen)."""


def frozen_stages(stages: int, pictures: int) -> int:
    """How many of a critic's stages, counted from the picture, keep their weights when a model is continued on `pictures` pictures.

    The layers next to the picture, of the highest resolution, see edges and texture, which do not change from folder to folder; with
    fewer pictures there is less to learn them from (Mo et al. 2020, "Freeze the Discriminator"; Karras et al. 2020, ADA, section 4.2).
    """
    share = next((share for below, share in FREEZING if pictures < below), 0.0)
    return min(stages - 1, int(stages * share))
