"""What can go wrong, as values: every error names its subject and says what to do about it.

Jobs raise these; only the scheduler turns an exception into a `Failure`, which is all that a front end sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Failure:
    """Why a job failed: the error's class name, what it is about (a file, a style, a model) and one sentence."""

    kind: str
    subject: str
    sentence: str
    detail: str = ""

    def error(self) -> SfumatoError:
        """The error again, for a front that raises it; KeyError where there is no error of that kind."""
        kinds = {kind.__name__: kind for kind in SfumatoError.__subclasses__()}
        return kinds[self.kind](self.subject, self.detail)


class SfumatoError(Exception):
    """An error that a person can act on.

    `template` is one sentence that says what happened, to which file or name, and what to do; it may use
    `{subject}` and `{detail}`.
    """

    template: ClassVar[str] = "{subject}: {detail}."

    def __init__(self, subject: object, detail: str = "") -> None:
        self.subject = str(subject)
        self.detail = detail
        super().__init__(self.template.format(subject=self.subject, detail=detail))

    def failure(self) -> Failure:
        return Failure(type(self).__name__, self.subject, str(self), self.detail)


class BadRequest(SfumatoError):
    """A value out of its range; the command line exits with 2."""

    template = "{subject}: {detail}."


class FileMissing(SfumatoError):
    template = "{subject} does not exist: check the name, or choose another file."


class FileUnreadable(SfumatoError):
    template = "{subject} cannot be opened ({detail}): check that it is there and that you may read it."


class NotAnImage(SfumatoError):
    template = "{subject} is not an image that Sfumato can read ({detail}): choose a PNG, JPEG, WebP, TIFF, BMP, GIF, HEIC or AVIF file."


class ImageDamaged(SfumatoError):
    template = "{subject} is damaged ({detail}): open it in the program that made it and save it again."


class ImageTooLarge(SfumatoError):
    template = "{subject} is too large ({detail}): choose a smaller picture, or raise the limit with SFUMATO_MAX_PIXELS."


class FolderMissing(SfumatoError):
    template = "The folder {subject} does not exist: make it first, or choose another folder."


class NotWritable(SfumatoError):
    template = "{subject} cannot be written ({detail}): choose another folder, or change its permissions."


class WouldOverwrite(SfumatoError):
    template = "{subject} already exists: choose another name, or allow overwriting."


class DiskFull(SfumatoError):
    template = "There is no room on the disk for {subject}{detail}: free some space and try again."


class FormatLimit(SfumatoError):
    template = "{subject} cannot hold this picture ({detail}): choose PNG or TIFF, or a smaller size."


class UnknownFormat(SfumatoError):
    template = "{subject} has no picture format that Sfumato can write: end the name with .png, .jpg, .webp or .tif."


class NotAProfile(SfumatoError):
    template = "{subject} is not a colour profile that Sfumato can use ({detail}): choose an .icc file of a printer or a screen."


class NothingToResume(SfumatoError):
    template = "{subject} cannot be resumed ({detail}): leave out --resume to begin anew."


class SourceChanged(SfumatoError):
    template = (
        "{subject} has changed since the picture was made from it ({detail}): bring back the old file, or use it as it is now "
        "with --accept-changed."
    )


class BlobMissing(SfumatoError):
    template = "The picture {subject} is not on this machine: drop it again."


class PartMissing(SfumatoError):
    """A picture's recipe names a file that a command does not find. `detail` says what can be done."""

    template = "{subject} is not on this machine: {detail}."


class CodecMissing(SfumatoError):
    template = "{subject} cannot be written, because this machine has no encoder for it ({detail}): choose .gif, or a folder of PNG frames."


class UnknownStyle(SfumatoError):
    template = "There is no style called {subject}{detail}: name a style of the gallery (`sfumato styles` lists them), or an image file."


class UnknownModel(SfumatoError):
    template = "There is no model called {subject}{detail}: see `sfumato models list`."


class OtherModel(SfumatoError):
    """A code of another model, or of another version of one. `detail` names both, and says what can be done."""

    template = "{subject} belongs to another model: {detail}."


class NotInLibrary(SfumatoError):
    template = "{subject} is not in the library of your pictures: go to it once, and it is kept there."


class CodeDamaged(SfumatoError):
    template = "The code file {subject} is damaged or holds no code ({detail}): choose another one."


class WrongModel(SfumatoError):
    template = "{subject} is {detail}: choose another model; `sfumato models list` says of each what it is."


class ModelDamaged(SfumatoError):
    template = "The model file {subject} is damaged or not a Sfumato model ({detail}): it is skipped; restore it or remove it."


class ForeignModel(SfumatoError):
    """A model file of another program."""

    template = "The model file {subject} cannot be used to enlarge pictures ({detail}): choose another one."


class TrainingDiverged(SfumatoError):
    template = (
        "The training in {subject} does not settle, however slowly it learns: its checkpoints are kept; begin a new run, with a "
        "lower --lr where there is one, and look for odd pictures."
    )


class ProcessLost(SfumatoError):
    template = (
        "One of the processes that train together has ended ({detail}), and the others were stopped: {subject} is as its last checkpoint "
        "left it; continue it with --resume."
    )


class OutOfMemory(SfumatoError):
    template = "There is not enough memory for {subject}: choose a smaller size, or close other programs."


class DocumentDamaged(SfumatoError):
    template = "The document {subject} cannot be read ({detail}): open an older copy, or its recovery file."


class EngineUnavailable(SfumatoError):
    template = "Nothing could be done for {subject}, because the engine cannot start ({detail}): install Sfumato again."


class EngineStopped(SfumatoError):
    template = "The engine has stopped before {subject} was done: start Sfumato again; your document is safe."


class InternalError(SfumatoError):
    """A bug: anything that is none of the above. The log holds the traceback."""

    template = (
        "Something went wrong inside Sfumato while working on {subject} ({detail}): your document is safe; please report it with the log."
    )
