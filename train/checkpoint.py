"""Stores finished epochs on disk, each completely or not at all."""

import json
import shutil
from pathlib import Path

import keras

History = list[dict[str, float]]


class Checkpoints:
    """The last finished epoch of one run, in a folder of the checkpoints of all runs.

    `fingerprint` names the run; a run with other options, data or code has another, and does not resume this one.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self._run = folder / fingerprint[:16]

    def last(self) -> tuple[keras.Model, History] | None:
        """Return the network, its optimizer's state and the history after the last finished epoch, if there is one."""
        for path in sorted(self._run.glob("epoch-???"), reverse=True):
            try:
                history: History = json.loads((path / "history.json").read_text())
                return keras.saving.load_model(path / "model.keras"), history
            except (OSError, ValueError):
                # Damaged on disk: go on from an older one, or from the start.
                continue
        return None

    def save(self, model: keras.Model, history: History) -> None:
        """Write under another name, then rename: a kill in between leaves the previous epoch intact."""
        path = self._run / f"epoch-{len(history):03}"
        aside = self._run / "unfinished"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        model.save(aside / "model.keras")
        (aside / "history.json").write_text(json.dumps(history))
        shutil.rmtree(path, ignore_errors=True)
        aside.replace(path)
        for older in self._run.glob("epoch-???"):
            if older < path:
                shutil.rmtree(older)

    def forget(self) -> None:
        """Delete the checkpoints of this run."""
        shutil.rmtree(self._run, ignore_errors=True)
