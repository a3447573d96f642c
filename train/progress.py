"""Shows the progress of a training in the terminal."""

import time

import keras
from rich import progress
from rich.console import Console

console = Console(highlight=False, soft_wrap=True)


class Progress(progress.Progress):
    """A bar over all epochs with the time left, and a line for each finished epoch.

    `steps` are the batches of each epoch, `done` the epochs that an earlier run finished, `unit` is an epoch's name.
    """

    def __init__(self, steps: list[int], done: int, unit: str = "epoch") -> None:
        super().__init__(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.TaskProgressColumn(),
            progress.MofNCompleteColumn(),
            progress.TextColumn("batches,"),
            progress.TimeRemainingColumn(),
            progress.TextColumn("left"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._unit, self._steps = unit, steps
        self._first = self._finished = done
        self._bar = self.add_task("training", total=sum(steps), completed=sum(steps[:done]))
        self._started = self._lap = time.monotonic()

    def callback(self) -> keras.callbacks.Callback:
        """Return a callback that moves the bar by one at each batch."""
        return keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: self.advance(self._bar))

    def lap(self) -> float:
        """Return the seconds since the start or the last call."""
        before, self._lap = self._lap, time.monotonic()
        return round(self._lap - before, 1)

    def epoch_done(self, logs: dict[str, float], accuracy: str = "accuracy") -> None:
        """Print a line with the epoch's metrics; `accuracy` is the key in `logs` of the accuracy to show."""
        self._finished += 1
        seconds = time.monotonic() - self._started
        steps = self._steps
        left = seconds / sum(steps[self._first : self._finished]) * sum(steps[self._finished :])
        console.print(
            f"{self._unit} {self._finished:2}/{len(steps)}   loss {logs['loss']:.4f}   accuracy {logs[accuracy]:.4f}   "
            f"validation: loss {logs['val_loss']:.4f}, accuracy {logs['val_' + accuracy]:.4f}   "
            f"{seconds:.0f} s, {left:.0f} s left"
        )
