"""The command table: every command of the studio once. Menus, tool bar and the page of keyboard shortcuts are read from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Command:
    """A thing that the artist can ask for.

    `handler` names a method without arguments of the window's command object (of one bool where the command is `checkable`).
    `hold` marks a command that lasts as long as its key is down; the canvas reads that key itself, so there is no handler.
    """

    id: str
    text: str
    handler: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    checkable: bool = False
    hold: bool = False


@dataclass(frozen=True)
class Menu:
    """A menu: ids of commands in order; "-" is a separator, "recent" the submenu of recent files."""

    title: str
    rows: tuple[str, ...]


SEPARATOR: Final = "-"
RECENT: Final = "recent"

COMMANDS: Final[tuple[Command, ...]] = (
    Command("open-photo", "Open photo…", "open_photo", ("Ctrl+O",), "photo", "Open a photo to paint"),
    Command("open-document", "Open document…", "open_document", ("Ctrl+Shift+O",), "folder", "Open a Sfumato document"),
    Command("open-house", "Open the house picture", "open_house", (), "house", "Try the styles on the picture that Sfumato comes with"),
    Command("save", "Save", "save", ("Ctrl+S",), "save", "Save the document"),
    Command("save-as", "Save as…", "save_as", ("Ctrl+Shift+S",), "", "Save the document under another name"),
    Command("export", "Export picture…", "export", ("Ctrl+E",), "export", "Write the picture as PNG, JPEG, WebP or TIFF"),
    Command("batch", "Many pictures…", "many_pictures", ("Ctrl+Shift+E",), "", "Make many pictures, each in many styles"),
    Command("enlarge", "Enlarge a photo…", "enlarge", ("Ctrl+Alt+E",), "", "Make a photo twice or four times as wide"),
    Command("quit", "Quit", "quit", ("Ctrl+Q",)),
    Command("undo", "Undo", "undo", ("Ctrl+Z",), "undo", "Undo the last change"),
    Command("redo", "Redo", "redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", "Do the undone change again"),
    Command("copy", "Copy picture", "copy", ("Ctrl+C",), "", "Copy the picture on the canvas"),
    Command("paste", "Paste picture", "paste", ("Ctrl+V",), "", "Open the picture on the clipboard"),
    Command("zoom-fit", "Fit on screen", "zoom_fit", ("Ctrl+0",), "fit", "See the whole picture"),
    Command("zoom-actual", "Actual size", "zoom_actual", ("Ctrl+1",), "actual-size", "One pixel of the picture is one pixel of the screen"),
    Command("zoom-in", "Zoom in", "zoom_in", ("Ctrl++", "Ctrl+="), "zoom-in"),
    Command("zoom-out", "Zoom out", "zoom_out", ("Ctrl+-",), "zoom-out"),
    Command("compare-split", "Compare", "compare_split", ("C",), "compare", "The photo on the left, the painting on the right", True),
    Command("soft-proof", "Soft proof", "soft_proof", ("Ctrl+Alt+Y",), "", "See the picture in the printer’s colours", True),
    Command("gamut-warning", "Mark what cannot be printed", "gamut_warning", ("Ctrl+Alt+G",), "", "In the soft proof", True),
    Command("hold-original", "See the photo while held", "", ("O",), hold=True),
    Command("search-styles", "Search styles", "search_styles", ("Ctrl+F",), "search", "Find a style by painter, title or word"),
    Command("add-style", "Add style from a picture…", "add_style", ("Ctrl+Shift+A",), "plus", "Make a style of any painting or photo"),
    Command("next-style", "Next style", "next_style", ("Ctrl+Right",), "", "Paint with the next style of the gallery"),
    Command("previous-style", "Previous style", "previous_style", ("Ctrl+Left",), "", "Paint with the previous style of the gallery"),
    Command("add-layer", "Add photo as layer…", "add_layer", ("Ctrl+Shift+L",), "layers", "Lay a second photo over the picture"),
    Command("studio-space", "Studio", "show_studio", ("F2",), "brush", "Paint: the canvas, its styles and layers", True),
    Command("train-space", "Train", "show_training", ("F3",), "train", "Train a generator on a folder of your pictures", True),
    Command("explore-space", "Explore", "show_explorer", ("F4",), "explore", "Wander through what a generator has learnt", True),
    Command("another-picture", "Another picture", "another_picture", ("Ctrl+R",), "", "A picture of the generator at random"),
    Command("bookmark", "Bookmark the picture", "bookmark", ("Ctrl+B",), "star", "Keep the picture where it can be found again"),
    Command("send-to-canvas", "Send to the canvas", "send_to_canvas", ("Ctrl+Return",), "layers", "Lay the picture over the canvas's"),
    Command("find-photo", "Look for a photo…", "find_photo", ("Ctrl+Shift+F",), "photo", "Find a photo of yours in the generator’s space"),
    Command("train-folder", "Train on a folder…", "train_folder", ("Ctrl+Shift+T",), "folder", "Choose a folder of pictures to learn from"),
    Command("pause-training", "Pause or go on", "pause_training", ("Ctrl+Shift+P",), "pause", "Pause the training, or go on with it"),
    Command("shortcuts", "Keyboard shortcuts", "show_shortcuts", ("F1",), "keyboard"),
    Command("about", "About Sfumato", "show_about"),
)

UNBOOKMARK: Final = ("Remove the bookmark", "Take the bookmark away; the picture stays in your library")
"""Text and tip of the command `bookmark` while the live picture has one."""

MENUS: Final[tuple[Menu, ...]] = (
    Menu(
        "&File",
        (
            "open-photo",
            "open-document",
            RECENT,
            "open-house",
            SEPARATOR,
            "save",
            "save-as",
            "export",
            "batch",
            "enlarge",
            SEPARATOR,
            "quit",
        ),
    ),
    Menu("&Edit", ("undo", "redo", SEPARATOR, "copy", "paste")),
    Menu(
        "&View",
        (
            "zoom-fit",
            "zoom-actual",
            "zoom-in",
            "zoom-out",
            SEPARATOR,
            "compare-split",
            SEPARATOR,
            "soft-proof",
            "gamut-warning",
            SEPARATOR,
            "studio-space",
            "train-space",
            "explore-space",
        ),
    ),
    Menu("&Style", ("search-styles", "add-style", SEPARATOR, "next-style", "previous-style")),
    Menu("&Layer", ("add-layer",)),
    Menu("&Train", ("train-folder", "pause-training")),
    Menu("E&xplore", ("another-picture", "bookmark", "find-photo", "send-to-canvas")),
    Menu("&Help", ("shortcuts", "about")),
)

TOOLBAR: Final[tuple[str, ...]] = (
    "open-photo",
    "save",
    SEPARATOR,
    "undo",
    "redo",
    SEPARATOR,
    "zoom-fit",
    "zoom-actual",
    "compare-split",
)
"""The tool bar's left half; export stands alone at its right end."""

NEED_PICTURE: Final[frozenset[str]] = frozenset(
    {
        "save",
        "save-as",
        "export",
        "copy",
        "zoom-fit",
        "zoom-actual",
        "zoom-in",
        "zoom-out",
        "compare-split",
        "soft-proof",
        "next-style",
        "previous-style",
        "add-layer",
    }
)
"""Commands that mean nothing on an empty canvas."""


NEED_PROOF: Final[frozenset[str]] = frozenset({"gamut-warning"})
"""Commands on the canvas in a printer's colours."""

NEED_STUDIO: Final[frozenset[str]] = NEED_PICTURE | NEED_PROOF | {"undo", "redo", "paste", "search-styles", "add-style"}
"""Commands on what is not seen in the other workspaces."""

NEED_EXPLORER: Final[frozenset[str]] = frozenset({"another-picture", "bookmark", "find-photo", "send-to-canvas"})
"""Commands on the picture of the Explore workspace."""

SPACES: Final[tuple[str, ...]] = ("studio-space", "train-space", "explore-space")
"""The commands that change between the window's workspaces: one of them holds."""


def command(id: str) -> Command:
    """The command with this id; raises `KeyError` where there is none."""
    return _BY_ID[id]


_BY_ID: Final = {row.id: row for row in COMMANDS}
