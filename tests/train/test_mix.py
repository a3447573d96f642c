from pathlib import Path

import numpy as np
import pytest

import train.mix
from synthesis.handwriting import generate
from synthesis.handwriting.dataset import Kind, Samples
from synthesis.handwriting.faces import Faces
from tests.samples import fonts_file
from train.config import parse
from train.data import Split
from train.extra import Example
from train.mix import REAL_REPEATS, Drawn, Mix, prepare


@pytest.fixture(scope="module")
def mix() -> Mix:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (400, 28, 28), np.uint8)
    labels = np.arange(400, dtype=np.uint8) % 10
    drawn = Drawn(*generate(500, 1, "digits", 1), *generate(500, 1, "negatives", 1))
    return Mix(Split(images, labels, images[:5], labels[:5]), drawn, drawn, [], [], epochs=10)


def test_an_epoch_shows_all_of_mnist_and_rotates_through_what_was_drawn(mix: Mix) -> None:
    images, labels = mix.epoch(seed=1, number=0)
    assert len(images) == len(labels) == mix.epoch_size(0)
    assert (labels == 10).sum() == 220
    shown = {image.tobytes() for image in images}
    assert {image.tobytes() for image in mix.mnist.images} <= shown
    assert mix.drawn_training is not None
    seen: set[bytes] = set()
    for number in range(4):
        seen |= {image.tobytes() for image in mix.epoch(1, number)[0]}
    assert {image.tobytes() for image in [*mix.drawn_training.digits, *mix.drawn_training.negatives]} <= seen


def test_the_last_epochs_show_fewer_drawn_marks(mix: Mix) -> None:
    assert [mix.is_late(number) for number in range(10)] == [False] * 7 + [True] * 3
    assert mix.epoch_size(6) == mix.epoch_size(0) == 400 + 160 + 220
    images, labels = mix.epoch(1, 7)
    assert len(images) == mix.epoch_size(7) == 400 + 80 + 96
    assert (labels == 10).sum() == 96
    assert mix.negatives_share() == 96 / 576


def test_an_epoch_depends_on_its_seed_and_number_alone(mix: Mix) -> None:
    images, labels = mix.epoch(1, 3)
    again, same = mix.epoch(1, 3)
    assert np.array_equal(images, again)
    assert np.array_equal(labels, same)
    assert not np.array_equal(mix.epoch(1, 3)[1], mix.epoch(2, 3)[1])
    assert not np.array_equal(mix.epoch(1, 3)[1], mix.epoch(1, 4)[1])


def test_extra_examples_are_shown_often_but_never_drown_mnist(mix: Mix) -> None:
    seven = Example("7", 7, (np.array([[0.0, 0.0], [1.0, 0.0], [0.3, 1.0]]),), None)
    few = Mix(mix.mnist, mix.drawn_training, mix.drawn_validation, [], [seven], epochs=10)
    assert few.epoch_size(0) == mix.epoch_size(0) + 20
    images, labels = few.epoch(1, 0)
    assert len(images) == few.epoch_size(0)
    assert (labels == 7).sum() >= 60
    many = Mix(mix.mnist, None, None, [], [seven] * 900, epochs=10)
    assert many.epoch_size(0) == 400 + 120 == len(many.epoch(1, 0)[0])


def test_digits_of_people_are_shown_in_every_epoch_each_time_in_another_way(mix: Mix) -> None:
    seven = Example("7", 7, (np.array([[0.0, 0.0], [1.0, 0.0], [0.3, 1.0]]),), None)
    real = Mix(mix.mnist, mix.drawn_training, mix.drawn_validation, [seven] * 3, [], epochs=10)
    assert real.epoch_size(0) == mix.epoch_size(0) + 3 * REAL_REPEATS
    shown = [{image.tobytes() for image in real.epoch(1, number)[0]} for number in (0, 0, 1)]
    without = [{image.tobytes() for image in mix.epoch(1, number)[0]} for number in (0, 0, 1)]
    sevens = [these - those for these, those in zip(shown, without, strict=True)]
    assert len(sevens[0]) == 3 * REAL_REPEATS
    assert sevens[0] == sevens[1]
    assert not sevens[0] & sevens[2]


def test_fonts_are_learnt_from_and_others_are_held_out_for_validation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Faces | None] = []

    def record(folder: Path, count: int, seed: int, kind: Kind, faces: Faces | None) -> Samples:
        asked.append(faces)
        return generate(count, seed, kind, 1)

    monkeypatch.setattr(train.mix, "cached", record)
    images, labels = np.zeros((10, 28, 28), np.uint8), np.arange(10, dtype=np.uint8)
    path = fonts_file(tmp_path / "fonts.npz", fonts=16)
    config = parse(["--drawn", "5", "--fonts", str(path), "--artifacts", str(tmp_path)])
    prepare(config, Split(images, labels, images, labels))
    assert asked == [Faces(path)] * 2 + [Faces(path, validation=True)] * 2
