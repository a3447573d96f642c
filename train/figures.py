"""Draws the figures of the classifier's training and evaluation."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from train.calibrate import BINS

BLUE, ORANGE, GREY = "#2456a6", "#d1691e", "#8a8f98"
WORST_IMAGES = 40


def draw(
    folder: Path,
    metrics: dict[str, Any],
    probabilities: NDArray[np.float64],
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
) -> None:
    """Write every figure as PNG: of the content of `metrics.json` and of the test set.

    The set is images uint8 [N, 28, 28], their labels uint8 [N], and what was found, probabilities float64 [N, classes].
    """
    save(history(metrics["history"]), folder / "history.png")
    save(confusion(np.array(metrics["test"]["confusion_matrix"])), folder / "confusion.png")
    save(reliability(metrics["test"]), folder / "reliability.png")
    save(mistakes(probabilities, images, labels), folder / "mistakes.png")
    save(robustness(metrics["robustness"]), folder / "robustness.png")


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG; its folder is created if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # No date and no version inside, so that the same run writes the same bytes.
    figure.savefig(path, dpi=110, metadata={"Software": None})


def history(epochs: list[dict[str, float]]) -> Figure:
    """Plot loss and accuracy against epochs."""
    figure = Figure(figsize=(10, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    number = np.arange(1, len(epochs) + 1)
    for axes, name, title in ((left, "loss", "Loss"), (right, "accuracy", "Accuracy, %")):
        factor = 100 if name == "accuracy" else 1
        marker = "o" if len(epochs) < 3 else None
        axes.plot(number, [factor * e[name] for e in epochs], color=GREY, label="training (augmented)", marker=marker)
        axes.plot(number, [factor * e[f"val_{name}"] for e in epochs], color=BLUE, label="validation", marker=marker)
        axes.set(title=title, xlabel="epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
    return figure


def confusion(matrix: NDArray[np.int64]) -> Figure:
    """Plot the confusion matrix; the diagonal stays white, because its high counts would hide the mistakes."""
    figure = Figure(figsize=(6, 5.6), layout="constrained")
    axes = figure.subplots()
    wrong = np.where(np.eye(len(matrix), dtype=bool), 0, matrix)
    axes.imshow(wrong, cmap="Oranges", vmin=0, vmax=max(int(wrong.max()), 1))
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            dark = row != column and count > 0.6 * wrong.max()
            colour = "white" if dark else GREY if row == column else "black"
            axes.text(column, row, str(count), ha="center", va="center", fontsize=8, color=colour)
    axes.set(xticks=range(len(matrix)), yticks=range(len(matrix)), xlabel="said", ylabel="true")
    axes.set_title(f"{wrong.sum()} mistakes in {matrix.sum():,} test images")
    return figure


def reliability(test: dict[str, Any]) -> Figure:
    """Plot accuracy and number of images against confidence (a reliability diagram)."""
    figure = Figure(figsize=(5.5, 6), layout="constrained")
    upper, lower = figure.subplots(2, 1, height_ratios=(3, 1), sharex=True)
    columns = ("from", "share", "accuracy", "confidence")
    left, share, accuracy, confidence = ([row[name] for row in test["reliability"]] for name in columns)
    upper.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label="perfect")
    upper.plot(confidence, accuracy, "o-", color=BLUE, label="this model")
    upper.set(ylabel="share that is right", ylim=(0, 1.02), xlim=(0, 1))
    upper.set_title(f"Calibration error {100 * test['calibration_error']:.2f} %")
    upper.legend(frameon=False)
    lower.bar(left, [each * test["images"] for each in share], 1 / BINS, align="edge", color=BLUE)
    lower.set(yscale="log", xlabel="confidence", ylabel="images")
    for axes in (upper, lower):
        axes.grid(alpha=0.3)
    return figure


def mistakes(probabilities: NDArray[np.float64], images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Figure:
    """Show the wrong predictions, the most confident first, with prediction and label."""
    predicted = probabilities[:, :10].argmax(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    worst = wrong[np.argsort(-probabilities[wrong, :10].max(axis=1), kind="stable")][:WORST_IMAGES]
    rows = max(1, -(-len(worst) // 8))
    figure = Figure(figsize=(9, 1.35 * rows + 0.5), layout="constrained")
    grid = figure.subplots(rows, 8, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, index in zip(grid.flat, worst, strict=False):
        axes.imshow(images[index], cmap="gray_r", vmin=0, vmax=255)
        sure = probabilities[index, :10].max()
        axes.set_title(f"said {predicted[index]} ({100 * sure:.0f} %)\ntrue {labels[index]}", fontsize=8, color=ORANGE)
    figure.suptitle(f"{len(worst)} of {len(wrong)} mistakes, the surest first" if len(wrong) else "No mistakes")
    return figure


def robustness(curves: dict[str, dict[str, list[float]]]) -> Figure:
    """Plot accuracy against the strength of each corruption."""
    figure = Figure(figsize=(11, 5), layout="constrained")
    grid = figure.subplots(2, 4, sharey=True)
    for axes, (name, curve) in zip(grid.flat, curves.items(), strict=True):
        axes.plot(curve["strength"], [100 * accuracy for accuracy in curve["accuracy"]], "o-", color=BLUE, markersize=4)
        axes.set(xlabel=name, ylim=(0, 102))
        if curve["strength"][0] > curve["strength"][-1]:
            axes.invert_xaxis()
        axes.grid(alpha=0.3)
    for axes in grid[:, 0]:
        axes.set_ylabel("accuracy, %")
    figure.suptitle("Test images made worse")
    return figure
