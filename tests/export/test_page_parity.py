"""How the page network's files are compared with Keras and with each other, and which are put in place."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from export import document
from export.errors import ParityError
from export.files import sha256
from export.page import artifacts, verify
from export.page.network import build, fold_network
from export.page.quantize import PageFigures, Trial, measure, quantize
from tests.export.pages import PAGES, SCALE, export, run, save_metrics, save_pages, untrained

# Keras saves its weights in a way that NumPy 2 will not allow for ever.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def test_the_file_in_integers_has_the_same_form_and_nearly_the_same_answers(exported: Path, tmp_path: Path) -> None:
    _, pages = artifacts.load(exported)
    small = tmp_path / "page.int8.onnx"
    quantize(exported / "page.onnx", small, pages.pictures[:2])
    assert small.stat().st_size < 0.4 * (exported / "page.onnx").stat().st_size
    metadata = (
        {each.key: each.value for each in onnx.load(path).metadata_props} for path in (exported / "page.onnx", small)
    )
    assert next(metadata).items() <= next(metadata).items()
    # The last convolutions stay float32.
    graph = onnx.load(small).graph
    makers = {name: node for node in graph.node for name in node.output}
    floats = {each.name for each in graph.initializer if each.data_type == onnx.TensorProto.FLOAT}
    heads = [makers[node.input[0]] for node in graph.node if node.op_type == "Split"]
    assert [head.op_type for head in heads] == ["Conv", "Conv"]
    assert {head.input[1] for head in heads} <= floats
    picture = pages.pictures[3:]
    one, other = (run(path.read_bytes(), picture) for path in (exported / "page.onnx", small))
    assert one.keys() == other.keys()
    assert np.abs(one["writing"] - other["writing"]).mean() < 0.02
    assert np.abs(one["offset"] - other["offset"]).mean() < 1


def test_integers_are_kept_only_where_they_are_faster_and_as_good() -> None:
    full, fast = PageFigures(0.9, 0.95, 100), PageFigures(0.9, 0.95, 50)
    assert Trial(full, fast, moved=0.1).keep
    assert not Trial(full, PageFigures(0.9, 0.95, 90), moved=0.1).keep
    assert not Trial(full, PageFigures(0.88, 0.95, 50), moved=0.1).keep
    assert not Trial(full, PageFigures(0.9, 0.93, 50), moved=0.1).keep
    assert not Trial(full, fast, moved=2.0).keep
    assert not Trial(full, fast, moved=np.nan).keep
    assert Trial(full, PageFigures(0.896, 0.946, 79), moved=0.49).keep
    for close in (PageFigures(0.9, 0.95, 81), PageFigures(0.894, 0.95, 50), PageFigures(0.9, 0.944, 50)):
        assert not Trial(full, close, moved=0.1).keep
    assert not Trial(full, fast, moved=0.51).keep


def test_files_are_measured_by_the_truth_of_the_pages(exported: Path, tmp_path: Path) -> None:
    """A file whose votes all go elsewhere, and which sees ink everywhere, against one that is right."""
    network, pages = artifacts.load(exported)

    def shifted(name: str, by: NDArray[np.float64]) -> None:
        layer = network.get_layer(name)
        kernel, bias = layer.get_weights()
        layer.set_weights([kernel, bias + by])

    one, other = tmp_path / "one.onnx", tmp_path / "other.onnx"
    shifted("writing", np.array(2.5))  # as much as makes ink of about half of the pixels
    one.write_bytes(build(fold_network(network, SCALE), {}).SerializeToString())
    shifted("writing", np.array(99))
    shifted("offset", np.array([3, 4]) / SCALE)
    other.write_bytes(build(fold_network(network, SCALE), {}).SerializeToString())
    answers = [run(one.read_bytes(), picture[np.newaxis]) for picture in pages.pictures[:2]]
    ink = np.concatenate([each["writing"] for each in answers]) > 0.5
    kind = np.concatenate([each["kind"] for each in answers]).argmax(axis=-1)
    kind[:, ::2] = -1
    truth = artifacts.Pages(pages.pictures[:2], ink.astype(np.uint8) * 255, kind)
    assert 0 < ink.mean() < 0.9
    trial = measure(one, other, truth)
    assert (trial.float32.writing, trial.float32.kind) == pytest.approx((1, 1), abs=1e-3)
    assert trial.int8.writing == pytest.approx(ink.mean(), abs=1e-3)
    assert trial.moved == pytest.approx(5, abs=0.01)
    blank = artifacts.Pages(pages.pictures[:2], np.zeros_like(truth.writing), np.full_like(kind, -1))
    trial = measure(one, other, blank)
    assert (trial.float32.writing, trial.int8.writing, trial.float32.kind, trial.moved) == (0, 0, 1, 0)


def test_every_second_page_is_taken_with_its_own_truth(exported: Path) -> None:
    _, pages = artifacts.load(exported)
    for first in (0, 1):
        half = pages.every_second(first)
        assert len(half) == PAGES // 2
        for name in ("pictures", "writing", "kind"):
            np.testing.assert_array_equal(getattr(half, name), getattr(pages, name)[[first, first + 2]])


def test_integers_that_move_the_votes_are_not_kept(folder: Path) -> None:
    save_metrics(folder, scale=1000)  # the unit of the votes, so that a small difference of them is many pixels
    (folder / "page.int8.onnx").write_bytes(b"of the last export")
    assert export(folder) == 0
    found = document.read(folder).page
    assert found.head == {"page_sha256": sha256(folder / "page.onnx")}
    assert "There is no file in 8-bit integers" in found.body
    assert not (folder / "page.int8.onnx").exists()
    assert not list(folder.glob(".unfinished-*"))


def test_an_export_that_differs_is_refused_with_its_figures(exported: Path) -> None:
    network, pages = artifacts.load(exported)
    pictures = pages.pictures[:1]
    verify.measure(exported / "page.onnx", network, pictures, SCALE).check()
    with pytest.raises(ParityError, match=r"The previous page\.onnx is left as it was"):
        verify.measure(exported / "page.onnx", network, pictures, SCALE + 1).check()
    for name in ("writing", "offset", "height", "kind"):
        layer = network.get_layer(name)
        weights = layer.get_weights()
        layer.set_weights([weights[0], weights[1] + np.linspace(0.01, 0.02, len(weights[1]))])
        with pytest.raises(ParityError):
            verify.measure(exported / "page.onnx", network, pictures, SCALE).check()
        layer.set_weights(weights)


def test_a_height_is_compared_as_a_share_of_it(exported: Path) -> None:
    network, pages = artifacts.load(exported)
    layer = network.get_layer("height")
    kernel, bias = layer.get_weights()
    layer.set_weights([kernel, bias + 1])  # a logarithm to base 2: twice as high
    found = verify.measure(exported / "page.onnx", network, pages.pictures[:1], SCALE)
    assert found.height == pytest.approx(0.5, abs=1e-4)
    assert found.kind < 1e-4


def test_all_pages_and_noise_are_compared(exported: Path) -> None:
    network, _ = artifacts.load(exported)
    first = network.layers[1]
    first.set_weights([weight * 1.01 for weight in first.get_weights()])
    black, white = np.zeros((2, 1, 64, 64), np.uint8) + np.array([0, 255], np.uint8).reshape(2, 1, 1, 1)

    def offset(*pictures: NDArray[np.uint8]) -> float:
        return verify.measure(exported / "page.onnx", network, np.concatenate(pictures), SCALE).offset

    # All weights are multiplied with the pixels, so that a black page shows nothing.
    by_noise = offset(black)
    assert by_noise > verify.MAX_OFFSET_ERROR_PX
    assert offset(black, white) > by_noise


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
def test_what_overflows_is_never_put_in_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Weights so large that bright pixels become infinite, and their differences nothing; black pages show none."""
    network = untrained()
    first = network.layers[1]
    first.set_weights([np.full_like(weight, 3e38) for weight in first.get_weights()])
    network.save(folder / "page.keras")
    save_pages(folder, np.zeros((2, 64, 64), np.uint8))
    save_metrics(folder)
    before = (folder / "page.onnx").read_bytes()
    assert export(folder) == 1
    assert "offset nan pixels" in capsys.readouterr().err
    assert (folder / "page.onnx").read_bytes() == before
    assert not list(folder.glob(".unfinished-*"))


def test_parity_is_not_fooled_by_nothing() -> None:
    verify.PageParity(1e-6, 1e-4, 1e-6, 1e-6).check()
    for name in ("writing", "offset", "height", "kind"):
        with pytest.raises(ParityError):
            verify.PageParity(**dict.fromkeys(("writing", "offset", "height", "kind"), 0.0) | {name: np.nan}).check()
