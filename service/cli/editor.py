"""Opens a text in the user's editor and returns it as it was saved."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from service.errors import BadInput

_USUAL = ("sensible-editor", "nano", "vim", "vi")


def edit(text: str) -> str:
    """Let the user edit `text` in $VISUAL, $EDITOR, or what the system has; return what they saved.

    The file is readable by the user alone and is removed afterwards.

    Raises:
        BadInput: there is no editor, or it ended with an error; nothing was changed.

    """
    command = _find_editor()
    with tempfile.TemporaryDirectory(prefix="callback-") as folder:
        file = Path(folder, "mail.txt")
        file.write_text(text, encoding="utf-8", newline="\n")
        try:
            done = subprocess.run([*command, str(file)], check=False)  # noqa: S603 - the user's own
        except OSError as error:
            raise BadInput(
                f"{command[0]} cannot be started: {error.strerror}.", "export EDITOR=nano"
            ) from error
        if done.returncode != 0:
            raise BadInput(f"{command[0]} ended with an error; nothing was changed.", "")
        return file.read_text(encoding="utf-8-sig").replace("\r\n", "\n")


def _find_editor() -> list[str]:
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if named:
        # Notepad's path has backslashes, which are no escapes there.
        return shlex.split(named, posix=sys.platform != "win32")
    if sys.platform == "win32":
        return ["notepad"]
    found = next((path for path in map(shutil.which, _USUAL) if path), None)
    if found is None:
        raise BadInput(
            "No editor was found.", "export EDITOR=nano, or give --subject and --body-file"
        )
    return [found]
