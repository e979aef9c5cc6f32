"""A sphere tracer (Hart 1996) for a handful of solids: one soft key light, sky light with occlusion and colour bleeding, gloss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from resources.drawing.noise import Array, smoothstep
from resources.drawing.solids import Distance, length

Paint = Callable[[Array], Array]


@dataclass(frozen=True)
class Surface:
    """How a solid looks. `colour` maps local points (3, N) to linear albedo (3, N); `bump` maps them to a height in scene units."""

    colour: Paint
    gloss: float = 0.04
    roughness: float = 0.3
    translucency: float = 0.0
    bump: Paint | None = None


@dataclass(frozen=True)
class Solid:
    """A distance function placed in the scene. `bound` is the radius of a sphere about `centre` that holds all of it."""

    shape: Distance
    surface: Surface
    centre: tuple[float, float, float]
    bound: float
    rotation: Array = field(default_factory=lambda: np.eye(3, dtype=np.float32))

    def local(self, points: Array) -> Array:
        """Scene points (3, N) in the solid's own space."""
        return self.rotation.T @ (points - np.asarray(self.centre, np.float32)[:, None])

    def distance(self, points: Array) -> Array:
        return self.shape(self.local(points))


@dataclass(frozen=True)
class Lighting:
    """`towards` points at the key light (unit length); `spread` is the tangent of half its apparent size; colours are linear RGB."""

    towards: Array
    spread: float
    key: Array
    sky: Array
    horizon: Array
    ground: Array

    def environment(self, directions: Array) -> Array:
        """What a mirror sees in `directions` (3, N): the ground, the bright horizon, the sky and the key light's window."""
        up = directions[1]
        sky = self.horizon[:, None] + (self.sky - self.horizon)[:, None] * smoothstep(0.0, 0.7, up)
        seen = self.ground[:, None] + (sky - self.ground[:, None]) * smoothstep(-0.12, 0.06, up)
        window = smoothstep(0.93, 0.965, self.towards @ directions)
        return np.asarray(seen + self.key[:, None] * 2.2 * window)


def near_rays(solids: Sequence[Solid], origins: Array, directions: Array, spread: float = 0.0) -> list[Solid]:
    """The solids whose bounding sphere comes within reach of at least one ray, rays widening by `spread` per unit length."""
    kept = []
    for solid in solids:
        offset = np.asarray(solid.centre, np.float32)[:, None] - origins
        along = np.maximum((offset * directions).sum(axis=0), 0)
        miss = length(offset - directions * along) - spread * (along + solid.bound)
        if bool((miss < solid.bound).any()):
            kept.append(solid)
    return kept


def march(solids: Sequence[Solid], origins: Array, directions: Array, reach: float) -> tuple[Array, Array]:
    """Walk each ray to the first surface: lengths (N,) (`reach` or more where nothing is hit) and the index into `solids` (-1: none)."""
    count = origins.shape[1]
    travelled = np.full(count, 0.0, np.float32)
    owner = np.full(count, -1)
    alive = np.arange(count)
    near = near_rays(solids, origins, directions)
    for _ in range(160):
        if not near or alive.size == 0:
            break
        points = origins[:, alive] + directions[:, alive] * travelled[alive]
        distances = np.stack([solid.distance(points) for solid in near])
        closest = distances.min(axis=0)
        hit = closest < 0.0004 * travelled[alive]
        owner[alive[hit]] = [solids.index(near[i]) for i in distances[:, hit].argmin(axis=0)]
        travelled[alive] += closest * ~hit
        alive = alive[~hit & (travelled[alive] < reach)]
    return travelled, owner


def soft_shadow(solids: Sequence[Solid], points: Array, lighting: Lighting) -> Array:
    """How much of the key light reaches `points`: 1 all, 0 none; the penumbra widens with the distance of what casts it."""
    towards = np.broadcast_to(lighting.towards[:, None], points.shape)
    near = near_rays(solids, points, towards, lighting.spread)
    clear = np.ones(points.shape[1], np.float32)
    travelled = np.full(points.shape[1], 0.015, np.float32)
    alive = np.arange(points.shape[1])
    for _ in range(120):
        if not near or alive.size == 0:
            break
        at = points[:, alive] + towards[:, alive] * travelled[alive]
        closest = np.min([solid.distance(at) for solid in near], axis=0)
        clear[alive] = np.minimum(clear[alive], closest / (lighting.spread * travelled[alive]))
        travelled[alive] += np.clip(closest * 0.55, 0.007, 0.13)
        alive = alive[(clear[alive] > -1) & (travelled[alive] < 4.5)]
    # From -1 (the light's disc just covered) to 1 (just clear), as a disc crossing an edge: darkness builds up smoothly.
    return smoothstep(-1.0, 1.0, clear)


def surroundings(solids: Sequence[Solid], points: Array, normals: Array) -> tuple[Array, Array]:
    """Ambient occlusion (N,), 1 open to 0 closed, and the mean albedo (3, N) of whatever closes it, for colour bleeding."""
    near = [s for s in solids if bool((length(points - np.asarray(s.centre, np.float32)[:, None]) < s.bound + 0.7).any())]
    closed = np.zeros(points.shape[1], np.float32)
    tint = np.zeros_like(points)
    for step, weight in ((0.03, 0.9), (0.08, 0.85), (0.18, 0.75), (0.36, 0.6), (0.62, 0.4)):
        at = points + normals * step
        distances = np.stack([solid.distance(at) for solid in near])
        shares = np.clip(1 - distances / step, 0, 1)
        shut = weight * shares.max(axis=0)
        # Every closing solid lends its colour by how near it is: taking only the nearest would draw a seam.
        shares = shares**2 * shut / np.maximum((shares**2).sum(axis=0), 1e-6)
        for solid, share in zip(near, shares, strict=True):
            mine = share > 0.001
            if mine.any():
                tint[:, mine] += share[mine] * solid.surface.colour(solid.local(at[:, mine]))
        closed += shut
    return np.exp(-1.05 * closed), tint / 3.5


def normals_at(solid: Solid, points: Array) -> Array:
    """Unit normals (3, N) by central differences over a tetrahedron, tilted by the surface's bump."""
    total = np.zeros_like(points)
    for corner in ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)):
        step = np.asarray(corner, np.float32)[:, None]
        local = solid.local(points + step * np.float32(0.0012))
        height = solid.shape(local)
        if solid.surface.bump is not None:
            height = height - solid.surface.bump(local)
        total += step * height
    return total / np.maximum(length(total), 1e-9)


def shade(solids: Sequence[Solid], solid: Solid, points: Array, view: Array, lighting: Lighting) -> Array:
    """Linear RGB (3, N) leaving `points` of `solid` against the ray directions `view`."""
    surface = solid.surface
    normals = normals_at(solid, points)
    albedo = surface.colour(solid.local(points))
    lifted = points + normals * 0.006
    lit = soft_shadow(solids, lifted, lighting)
    opened, bleed = surroundings(solids, lifted, normals)
    facing = lighting.towards @ normals
    # Flesh lets red light wander furthest, so the terminator of a fruit is warm.
    wrap = surface.translucency * np.array([[0.42], [0.2], [0.1]], np.float32)
    diffuse = np.clip((facing + wrap) / (1 + wrap), 0, 1) * (lit + (1 - lit) * wrap * 0.25)
    dome = lighting.ground[:, None] + (lighting.sky - lighting.ground)[:, None] * (0.5 + 0.5 * normals[1])
    glow = lighting.horizon[:, None] * np.clip(normals[2] * 0.9 + 0.15, 0, 1) * 0.35
    radiance = albedo * (lighting.key[:, None] * diffuse + (dome + glow) * opened + bleed * lighting.key[:, None] * 0.16)
    return np.asarray(radiance + gloss(surface, normals, view, lighting, lit, opened))


def gloss(surface: Surface, normals: Array, view: Array, lighting: Lighting, lit: Array, opened: Array) -> Array:
    """The mirrored surroundings by Schlick's Fresnel term, and a GGX highlight of the key light."""
    cosine = np.clip(-(normals * view).sum(axis=0), 0, 1)
    fresnel = surface.gloss + (1 - surface.gloss) * (1 - cosine) ** 5 * (1 - surface.roughness)
    mirrored = lighting.environment(view + 2 * cosine * normals) * (1 - surface.roughness) ** 2 * opened**1.5
    half = lighting.towards[:, None] - view
    half = half / np.maximum(length(half), 1e-6)
    alpha = max(surface.roughness, 0.08) ** 2
    spread = np.clip((normals * half).sum(axis=0), 0, 1) ** 2 * (alpha**2 - 1) + 1
    highlight = np.minimum(alpha**2 / (np.pi * spread**2), 30) * np.clip(lighting.towards @ normals, 0, 1)
    return np.asarray(fresnel * mirrored + surface.gloss * 0.6 * highlight * lit * lighting.key[:, None])
