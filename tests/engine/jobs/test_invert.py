from __future__ import annotations

import itertools
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.api.errors import BadRequest
from engine.api.events import Cancelled, Fidelity, Frame, Progress, Pulled
from engine.api.exploring import DragPoints, FindDirections, Invert, Pull, verdict
from engine.api.latent import Latent
from engine.api.recipe import Photo
from engine.api.requests import ImportPicture
from engine.context import Context
from engine.jobs.invert import drag_points, invert
from engine.jobs.library import import_picture
from engine.latent import free_noise
from engine.latent.codes import styles_of
from engine.latent.dragging import Dragging
from engine.latent.inversion import GUESSES, Comparison, Search, companion, critic_stages, psnr
from engine.latent.stills import still
from engine.latent.tuning import with_tuning
from engine.models import checkpoint
from engine.models.generators import GeneratorModel, training_file
from engine.nets.encoder import Encoder
from engine.nets.generators import GeneratorConfig, build_critic, build_generator
from tests.engine.jobs.stage import Stage
from tests.tiny import TINY_GENERATOR, drive, picture_file, write_tiny_generator


@pytest.fixture
def model(context: Context) -> GeneratorModel:
    context.models.add(write_tiny_generator(context.places.models, "mine"))
    return context.models.generator("mine")


def own_picture(model: GeneratorModel, context: Context, tmp_path: Path) -> Photo:
    """One that the model itself makes."""
    made = model.pictures([5])[0].numpy().transpose(1, 2, 0)
    Image.fromarray(made).save(tmp_path / "own.png")
    photo, _ = drive(import_picture(ImportPicture(tmp_path / "own.png"), context))
    assert isinstance(photo, Photo)
    return photo


def test_a_models_own_picture_is_found_and_the_meter_rises(model: GeneratorModel, context: Context, tmp_path: Path) -> None:
    photo = own_picture(model, context, tmp_path)
    result, said = drive(invert(Invert(photo, "mine", steps=100, tuning=20), context))
    progress = [step for step in said if isinstance(step, Progress)]
    assert [step.done for step in progress] == [0, *range(GUESSES + 100 + 20)] and {step.total for step in progress} == {GUESSES + 120}
    meter = [step for step in said if isinstance(step, Fidelity)]
    begun = 7  # 33 batches of codes
    assert len(meter) == begun + 20 + 4 + 1 == sum(isinstance(step, Frame) for step in said)
    assert meter[-1].likeness > meter[0].likeness + 0.1 and result.psnr == meter[-1].psnr > 22
    assert result.likeness > 0.7 and "alike" in result.sentence
    assert result.latent.tuning is not None and context.blobs.path(result.latent.tuning).stat().st_size < 20_000
    kept = drive(still(result.latent, context))[0].pixels
    assert psnr(torch.tensor(kept / 127.5 - 1), torch.tensor(np.asarray(Image.open(tmp_path / "own.png")) / 127.5 - 1)) > 22
    again, _ = drive(invert(Invert(photo, "mine", steps=100, tuning=20), context))
    assert again.latent == result.latent


def test_a_search_can_be_stopped_at_any_time_with_the_best_so_far(model: GeneratorModel, context: Context, tmp_path: Path) -> None:
    """What each news of the meter says that there is to keep, makes the picture that the meter judged, or a better one."""
    photo = own_picture(model, context, tmp_path)
    target = torch.tensor(np.asarray(Image.open(tmp_path / "own.png")) / 127.5 - 1)
    _, said = drive(invert(Invert(photo, "mine", steps=60, tuning=25), context))
    meter = [step for step in said if isinstance(step, Fidelity)]
    kept = [step.latent for step in meter if step.latent is not None]
    assert len(kept) == len(meter) and all(code.name == "own.png" and code.model == model.key for code in kept)
    guessed = 7
    assert [code.tuning is not None for code in kept] == [False] * guessed + [True] * (12 + 5 + 1), "the noise that goes with the code"
    assert len({code.tuning for code in kept[guessed:]}) == 6 + 1 + 2 + 1
    quality = [psnr(torch.tensor(drive(still(code, context))[0].pixels / 127.5 - 1), target) for code in (kept[0], kept[-8], kept[-2])]
    assert quality[0] < quality[1] < quality[2]
    assert quality[2] > meter[-2].psnr - 1


def test_the_search_begins_with_the_best_of_its_guesses(model: GeneratorModel) -> None:
    """An encoder's is taken where it is better than all random codes."""
    network = model.network
    styles = styles_of(Latent.of_seed(model.key, 3), network)
    photo = network.synthesize(styles, None)

    def begun(encoder: Encoder | None) -> tuple[Search, list[float]]:
        search = Search(network, Comparison(photo))
        far = [float(Comparison(photo)(network.synthesize(search.styles, None))) for _ in search.start(encoder)]
        return search, far

    search, far = begun(None)
    assert all(later <= earlier for earlier, later in itertools.pairwise(far)) and far[-1] < far[0]
    assert torch.equal(begun(StillEncoder(styles))[0].styles, styles)
    assert torch.equal(begun(StillEncoder(styles + 50))[0].styles, search.styles)


class StillEncoder(Encoder):
    """Guesses always the same."""

    def __init__(self, guess: torch.Tensor) -> None:
        torch.nn.Module.__init__(self)
        self.guess = guess

    def forward(self, _pictures: torch.Tensor) -> torch.Tensor:
        return self.guess


def test_a_search_lets_everything_shorter_pass(model: GeneratorModel, context: Context, tmp_path: Path) -> None:
    stage = Stage(context)
    long = stage.submit(Invert(own_picture(model, context, tmp_path), "mine", steps=5000))
    stage.until(lambda: any(isinstance(body, Frame) for body in stage.of(long)))
    short = stage.submit(FindDirections("mine"))
    stage.until(lambda: stage.ended(short))
    assert not stage.ended(long)
    stage.scheduler.cancel(long)


def test_the_generator_itself_stays_as_it_was(model: GeneratorModel, context: Context, tmp_path: Path) -> None:
    before = {key: value.clone() for key, value in model.network.state_dict().items()}
    result, _ = drive(invert(Invert(own_picture(model, context, tmp_path), "mine", steps=3, tuning=3), context))
    assert all(torch.equal(value, before[key]) for key, value in model.network.state_dict().items())
    assert not any(part.requires_grad for part in model.network.parameters())
    tuned = with_tuning(model.network, context.blobs.read(result.latent.tuning or ""))
    changed = {key for key, value in tuned.state_dict().items() if not torch.equal(value, before[key])}
    assert changed and not any("mapping" in key or "affine" in key for key in changed)


def test_noise_is_found_with_the_code(model: GeneratorModel, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The photo's own is not the one that a search begins with: what that decides, no code makes up for."""
    photo = own_picture(model, context, tmp_path)
    free, _ = drive(invert(Invert(photo, "mine", steps=100, tuning=20), context))
    monkeypatch.setattr(free_noise, "SHOWS", 10.0)
    fixed, _ = drive(invert(Invert(photo, "mine", steps=100, tuning=20), context))
    assert free.psnr > fixed.psnr + 3


def test_without_tuning_the_code_is_all(model: GeneratorModel, context: Context, tmp_path: Path) -> None:
    result, _ = drive(invert(Invert(own_picture(model, context, tmp_path), "mine", steps=2, tuning=0), context))
    assert result.latent.tuning is None and result.latent.name == "own.png"


def test_a_picture_of_another_kind_is_told(model: GeneratorModel, context: Context, tmp_path: Path) -> None:
    picture_file(tmp_path / "other.png", 40, 30, 3)
    photo, _ = drive(import_picture(ImportPicture(tmp_path / "other.png"), context))
    result, _ = drive(invert(Invert(photo, "mine", steps=1, tuning=0), context))
    assert result.likeness < 0.5 and "hardly a picture of the kind that mine has learnt" in result.sentence
    assert "canvas" in verdict(0.6, "scrolls") and "a distant likeness" in verdict(0.8, "scrolls")
    assert "not in details" in verdict(0.9, "scrolls") and verdict(0.95, "scrolls") == "Found in scrolls: 95% alike."


def test_a_search_is_cancelled(model: GeneratorModel, context: Context, tmp_path: Path) -> None:
    stage = Stage(context)
    job = stage.submit(Invert(own_picture(model, context, tmp_path), "mine", steps=5000))
    stage.until(lambda: any(isinstance(body, Frame) for body in stage.of(job)))
    stage.scheduler.cancel(job)
    stage.until(lambda: stage.ended(job))
    assert isinstance(stage.terminal(job), Cancelled)


@pytest.mark.parametrize("changed", [{"steps": 0}, {"steps": 5001}, {"tuning": -1}])
def test_steps_that_make_no_search_are_refused(model: GeneratorModel, context: Context, tmp_path: Path, changed: dict[str, int]) -> None:
    with pytest.raises(BadRequest):
        drive(invert(Invert(own_picture(model, context, tmp_path), "mine", **changed), context))


def test_the_models_critic_looks_too_where_it_is_there(model: GeneratorModel) -> None:
    assert companion(model) is None and critic_stages(model, None) == ()
    torch.manual_seed(0)
    critic = build_critic(TINY_GENERATOR)
    file = training_file(model.manifest.path)
    checkpoint.write(file, {f"critic.{key}": value.bfloat16() for key, value in critic.state_dict().items()}, {})
    stages = critic_stages(model, companion(model))
    assert len(stages) == 3 and not any(part.requires_grad for stage in stages for part in stage.parameters())
    picture = torch.rand(1, 3, 16, 16) * 2 - 1
    assert Comparison(picture, stages)(picture) == 0
    assert Comparison(picture, stages)(picture.flip(3)) > Comparison(picture)(picture.flip(3)) > 0
    file.write_bytes(b"damaged")
    assert critic_stages(model, companion(model)) == ()


def test_files_are_read_by_the_thread_of_files(
    model: GeneratorModel, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine's thread has previews to make."""
    critic = build_critic(TINY_GENERATOR)
    file = training_file(model.manifest.path)
    checkpoint.write(file, {f"critic.{key}": value for key, value in critic.state_dict().items()}, {})
    photo, readers = own_picture(model, context, tmp_path), []
    read = Path.read_bytes

    def noted(path: Path) -> bytes:
        if path == file:
            readers.append(threading.current_thread())
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    monkeypatch.setattr(checkpoint, "read", lambda path, *_: pytest.fail(f"{path} is read by the engine's thread"))
    drive(invert(Invert(photo, "mine", steps=1, tuning=0), context))
    assert readers and threading.current_thread() not in readers


# ---- drag points ----


def test_a_pulled_point_moves_and_a_pinned_one_stays(model: GeneratorModel, context: Context) -> None:
    code = Latent.of_seed(model.key, 3)
    pulls = (Pull((0.4, 0.4), (0.55, 0.4)),)
    dragging = Dragging(model.network, styles_of(code, model.network), pulls, 1)
    before = dragging.styles.clone()
    list(dragging.steps(60))
    assert float(dragging.points[0, 0]) > 0.43
    assert not torch.equal(dragging.styles, before)
    pinned = Dragging(model.network, styles_of(code, model.network), (Pull((0.4, 0.4), (0.4, 0.4)),), 1)
    assert pinned.arrived and list(pinned.steps(10)) == [] and torch.equal(pinned.styles, before)


def test_dragging_shows_each_step_and_gives_a_latent(model: GeneratorModel, context: Context) -> None:
    code = Latent.of_seed(model.key, 1)
    found, said = drive(drag_points(DragPoints(code, (Pull((0.2, 0.2), (0.9, 0.9)),), 5), context))
    assert sum(isinstance(step, Frame) for step in said) == 5
    pulled = [step for step in said if isinstance(step, Pulled)]
    assert len(pulled) == 5 and all(0 <= number <= 1 for step in pulled for point in step.points for number in point)
    assert pulled[-1].latent == found and pulled[0].latent != found
    assert found.model == model.key and not torch.equal(styles_of(found, model.network), styles_of(code, model.network))


@pytest.mark.parametrize(
    ("request_", "part"),
    [
        (((), 5), "between 1 and 16"),
        (((Pull((0, 0), (1.2, 0)),), 5), "beyond the picture"),
        (((Pull((0, 0), (float("nan"), 0)),), 5), "beyond the picture"),
        (((Pull((0, 0), (1, 0)),), 0), "between 1 and 1000"),
    ],
)
def test_pulls_that_make_no_sense_are_refused(
    model: GeneratorModel, context: Context, request_: tuple[tuple[Pull, ...], int], part: str
) -> None:
    with pytest.raises(BadRequest, match=part):
        drive(drag_points(DragPoints(Latent.of_seed(model.key, 1), *request_), context))


def test_a_network_without_levels_has_no_points_to_drag() -> None:
    network = build_generator(GeneratorConfig("dense", size=8, widest=8, latent=8, mapping_layers=0))
    with pytest.raises(BadRequest, match="no features to follow"):
        Dragging(network, torch.zeros(1, 1, 8), (Pull((0, 0), (1, 1)),), 0)
