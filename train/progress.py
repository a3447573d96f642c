"""Shows the progress of a training in the terminal."""

import time
from types import TracebackType
from typing import Self

import keras
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

console = Console(highlight=False, soft_wrap=True)


class Progress:
    """A bar over all epochs with the time left, and a line for each finished epoch.

    Args:
        steps: batches in each epoch.
        done: epochs finished by an earlier run.
        unit: what an epoch is called.
    """

    def __init__(self, steps: list[int], done: int, unit: str = "epoch") -> None:
        self._unit = unit
        self._steps, self._first = steps, done
        self._finished = done
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            MofNCompleteColumn(),
            TextColumn("batches,"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._bar = self._bars.add_task("training", total=sum(steps), completed=sum(steps[:done]))

    def __enter__(self) -> Self:
        self._started = self._lap = time.monotonic()
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def callback(self) -> keras.callbacks.Callback:
        """Return a callback that moves the bar by one at each batch."""
        return keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: self._bars.advance(self._bar))

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
