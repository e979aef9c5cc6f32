"""What the engine can do, one generator each, listed once."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from engine.api import proofing, requests
from engine.jobs import exploring, export, folder, generate, library, preview, proof, runs, train, upscale, warm_up

Job = Callable[..., Generator[Any, Any, Any]]

JOBS: tuple[tuple[type[requests.Request[Any]], Job], ...] = (
    (requests.WarmUp, warm_up.warm_up),
    (requests.ImportPicture, library.import_picture),
    (requests.FindRecipe, library.find_recipe),
    (requests.Thumbnail, library.thumbnail),
    (requests.StyleSample, library.style_sample),
    (requests.Preview, preview.preview),
    (proofing.SoftProof, proof.soft_proof),
    (proofing.Loupe, proof.loupe),
    (requests.Export, export.export),
    (requests.Upscale, upscale.upscale),
    (proofing.EnlargementSpot, upscale.enlargement_spot),
    (requests.Generate, generate.generate),
    (requests.FindGenerators, generate.find_generators),
    (requests.ExamineFolder, folder.examine_folder),
    (requests.Train, train.train),
    (requests.ResumeTraining, train.resume_training),
    (requests.FinishTraining, train.finish_training),
    (requests.ListRuns, runs.list_runs),
    (requests.ReadHistory, runs.read_history),
    (requests.DeleteRun, runs.delete_run),
    (requests.SampleRun, runs.sample_run),
    *exploring.JOBS,
)
