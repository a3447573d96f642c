"""Real small trainings and exports, in processes of their own as a user starts them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.samples import ROOT

# The mlp's are over in no time: as many as it takes to stop it in the middle.
EPOCHS = {"cnn": 3, "mlp": 20}
PAGE_BATCHES = 2
FILES = ("model.keras", "scaler.joblib", "metrics.json", "test.npz", "validation.npz")


def train_command(npz: Path, artifacts: Path, model: str) -> list[str]:
    """Return the command line of a training that takes seconds."""
    options = [
        "--only",
        "classifier",
        "--model",
        model,
        "--epochs",
        str(EPOCHS[model]),
        "--data",
        str(npz),
        "--any-data",
        "--drawn",
        "800",
    ]
    return [sys.executable, "-m", "train", *options, "--artifacts", str(artifacts)]


def page_command(npz: Path, artifacts: Path, rounds: int) -> list[str]:
    """Return the command line of a training of the page network that takes half a minute."""
    options = ["--only", "page", "--rounds", str(rounds), "--batches", str(PAGE_BATCHES)]
    return [sys.executable, "-m", "train", *options, "--data", str(npz), "--any-data", "--artifacts", str(artifacts)]


def export_command(artifacts: Path) -> list[str]:
    """Return the command line of an export."""
    return [sys.executable, "-m", "export", "--only", "classifier", "--artifacts", str(artifacts)]


def begin(command: list[str]) -> subprocess.Popen[str]:
    """Start a command of this project, its two streams in one."""
    return subprocess.Popen(
        command, cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def stop_after(command: list[str], start: str, how: signal.Signals) -> tuple[int, str]:
    """Start a training, send the signal once a line begins with `start`, and return its exit status and output."""
    process = begin(command)
    assert process.stdout is not None
    output = ""
    for line in process.stdout:
        output += line
        if line.startswith(start):
            process.send_signal(how)
            break
    rest, _ = process.communicate(timeout=300)
    return process.returncode, output + rest


def run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of this project to its end, whatever its exit status."""
    return subprocess.run(
        command,
        cwd=ROOT,
        env=_environment() | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )


def finish(command: list[str]) -> str:
    """Run a command that must succeed, and return what it printed."""
    done = run(command)
    assert done.returncode == 0, done.stdout
    return done.stdout


def _environment() -> dict[str, str]:
    # A crash in TensorFlow's own code leaves a traceback in the output.
    return {name: value for name, value in os.environ.items() if name != "MNIST_NPZ"} | {"PYTHONFAULTHANDLER": "1"}
