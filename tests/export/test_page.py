"""`python -m export --only page` on an untrained network: what it writes, and what it says when something is wrong."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
import yaml
from keras import layers
from numpy.typing import NDArray

from export import document
from export.__main__ import main
from export.errors import ArtifactError, ParityError, UnsupportedLayerError
from export.files import sha256
from export.page import artifacts, verify
from export.page.graph import build
from export.page.network import fold_network
from export.page.quantize import PageFigures, Trial, measure
from inference.recognizer import page_beside
from synthesis.kinds import KINDS
from tests import trainings
from train.page import network as page_network

# Keras saves its weights in a way that NumPy 2 will not allow for ever.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

SCALE = 32
PAGES, HEIGHT, WIDTH = 4, 96, 128
FILES = ("page.keras", "page.npz")


def untrained() -> keras.Model:
    """Return a network whose normalisations do something, as they do when it has been trained."""
    keras.utils.set_random_seed(6)
    rng = np.random.default_rng(6)
    network = page_network.build(normalisation=layers.BatchNormalization)
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            size = layer.gamma.shape[0]
            bounds = ((0.7, 1.3), (-0.2, 0.2), (-0.2, 0.2), (0.5, 1.5))
            layer.set_weights([rng.uniform(low, high, size) for low, high in bounds])
    return network


def save_metrics(folder: Path, **others: object) -> None:
    metrics = {
        "seed": 1,
        "steps": 1200,
        "seconds": 600,
        "commit": "c0ffee",
        "versions": {"keras": keras.__version__},
        "data": {"name": "MNIST", "sha256": "ab" * 32, "pages": 5000},
        "kinds": KINDS,
        "scale": SCALE,
        "parameters": 123456,
        "figures": {"writing, intersection over union": 0.9123},
        "files": {name: sha256(folder / name) for name in FILES},
    }
    (folder / "page.json").write_text(json.dumps(metrics | others))


def save_pages(folder: Path, pictures: NDArray[np.uint8]) -> None:
    rng = np.random.default_rng(7)
    n, height, width = pictures.shape
    kind = rng.integers(-1, len(KINDS), (n, height // 4, width // 4))
    np.savez(folder / "page.npz", pictures=pictures, writing=pictures, kind=kind)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an export in a process of its own made of an untrained network; not to be changed."""
    folder = tmp_path_factory.mktemp("page")
    untrained().save(folder / "page.keras")
    save_pages(folder, np.random.default_rng(8).integers(0, 256, (PAGES, HEIGHT, WIDTH), np.uint8))
    save_metrics(folder)
    trainings.finish([*trainings.export_command(folder), "--only", "page"])
    return folder


@pytest.fixture
def folder(exported: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(exported, tmp_path / "artifacts"))


def export(folder: Path) -> int:
    return main(["--only", "page", "--artifacts", str(folder)])


def run(content: bytes, picture: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"picture": picture}), strict=True))


def oracle(network: keras.Model, picture: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    """Return what the contract asks for, by Keras alone."""
    out = network.predict_on_batch(picture[..., np.newaxis].astype(np.float32) / 255)
    ops = keras.ops
    writing = np.zeros(picture.shape, np.float32)
    for pixel in range(4):
        writing[:, pixel // 2 :: 2, pixel % 2 :: 2] = ops.sigmoid(out["writing"][..., pixel])
    return {
        "writing": writing,
        "offset": out["offset"] * SCALE,
        "height": SCALE * 2 ** out["height"][..., 0],
        "kind": np.asarray(ops.softmax(out["kind"], axis=-1)),
    }


def test_the_graph_answers_as_keras_does_at_every_size() -> None:
    network = untrained()
    content = build(fold_network(network, SCALE), {}).SerializeToString()
    rng = np.random.default_rng(9)
    for picture in (
        rng.integers(0, 256, (1, 48, 80), np.uint8),
        rng.integers(0, 256, (1, 144, 112), np.uint8),
        np.full((1, 32, 32), 255, np.uint8),  # its border differs from what is padded to it
    ):
        answered, expected = run(content, picture), oracle(network, picture)
        for name, array in expected.items():
            assert answered[name].shape == array.shape
            np.testing.assert_allclose(answered[name], array, rtol=1e-5, atol=1e-4, err_msg=name)
            assert array.std() > 0


def test_the_file_stands_alone_and_says_what_it_is(exported: Path) -> None:
    model = onnx.load(exported / "page.onnx")
    onnx.checker.check_model(model, full_check=True)
    assert (model.opset_import[0].version, model.ir_version) == (17, 8)
    (picture,) = model.graph.input
    assert (picture.name, picture.type.tensor_type.elem_type) == ("picture", onnx.TensorProto.UINT8)
    shapes = {
        each.name: [dim.dim_param or dim.dim_value for dim in each.type.tensor_type.shape.dim]
        for each in (picture, *model.graph.output)
    }
    assert shapes == {
        "picture": [1, "H", "W"],
        "writing": [1, "H", "W"],
        "offset": [1, "H/2", "W/2", 2],
        "height": [1, "H/4", "W/4"],
        "kind": [1, "H/4", "W/4", len(KINDS)],
    }
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert metadata["name"] == "digits-page"
    assert json.loads(metadata["kinds"]) == list(KINDS)
    assert float(metadata["scale"]) == SCALE
    assert metadata["data_sha256"] == "ab" * 32
    assert {"version", "commit", "license"} <= metadata.keys()


def test_the_stamp_covers_all_that_is_read_and_written(exported: Path) -> None:
    stamp = json.loads((exported / ".exported.json").read_text())["page"]
    assert {"page.json", "evaluation.json", "model.onnx", "page.onnx", "page.int8.onnx", "card"} <= stamp.keys()


def test_nothing_is_left_of_normalisation_and_scaling() -> None:
    operators = {node.op_type for node in build(fold_network(untrained(), SCALE), {}).graph.node}
    body = {"Cast", "Unsqueeze", "Conv", "Relu", "Resize", "Add"}
    assert operators == body | {"Split", "DepthToSpace", "Sigmoid", "Exp", "Softmax", "Squeeze", "Transpose"}


def test_another_process_gives_the_same_bytes_and_a_third_export_does_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "page.onnx").read_bytes()
    (folder / "page.onnx").unlink()
    assert export(folder) == 0
    assert "Equal: writing by up to" in capsys.readouterr().out
    assert (folder / "page.onnx").read_bytes() == before
    assert export(folder) == 0
    assert "page.onnx is up to date" in capsys.readouterr().out


def test_the_file_in_integers_has_the_same_form_and_nearly_the_same_answers(exported: Path, tmp_path: Path) -> None:
    from export.page.quantize import quantize

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


def test_the_card_names_the_files_and_keeps_the_classifiers_part(folder: Path) -> None:
    classifier = document.CardPart({"license": "mit", "model_sha256": "12" * 32}, "# digits-cnn\n\n| | |\n|---|---|\n")
    (folder / "MODEL_CARD.md").write_text(str(document.Document(classifier=classifier)))
    assert export(folder) == 0
    found = document.read(folder)
    assert found.classifier == classifier
    head = yaml.safe_load((folder / "MODEL_CARD.md").read_text().split("---\n")[1])
    assert head == classifier.head | found.page.head
    assert head["page_sha256"] == sha256(folder / "page.onnx")
    assert ("page_int8_sha256" in head) == (folder / "page.int8.onnx").exists()
    for part in ("# digits-page", "intersection over union | 0.9123 |", "5,000 pages made by code", "Not measured"):
        assert part in found.page.body


def test_a_card_of_two_parts_is_read_as_it_was_written(tmp_path: Path) -> None:
    one, other = document.CardPart({"license": "mit"}, "# One\n"), document.CardPart({"page_sha256": "0"}, "# Two\n")
    for card in (document.Document(one, other), document.Document(one), document.Document(page=other)):
        (tmp_path / "MODEL_CARD.md").write_text(str(card))
        assert document.read(tmp_path) == card
    (tmp_path / "MODEL_CARD.md").write_text("no card")
    assert document.read(tmp_path) == document.Document()


def test_the_card_shows_what_was_measured_on_pictures_with_these_very_files(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"a classifier")
    sums = {
        "page": {"sha256": sha256(page_beside(folder / "model.onnx"))},
        "model": {"sha256": sha256(folder / "model.onnx")},
    }
    row = {"about": "photographed forms", "count": 30, "right": 0.957, "lost": 3, "milliseconds": 80.0, "wrong": ["a"]}
    (folder / "evaluation.json").write_text(json.dumps(sums | {"sets": {"forms": row}}))
    assert export(folder) == 0
    assert "| forms | photographed forms | 30 | right 95.70 %, lost 3 |" in document.read(folder).page.body
    assert artifacts.load_rows(folder, "0" * 64) == {}
    (folder / "model.onnx").write_bytes(b"another classifier")
    assert artifacts.load_rows(folder, sha256(page_beside(folder / "model.onnx"))) == {}


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def of_another_version(path: Path) -> None:
    metrics = json.loads(path.read_text())
    del metrics["scale"]
    path.write_text(json.dumps(metrics))


def test_each_entry_must_be_there(folder: Path) -> None:
    metrics = json.loads((folder / "page.json").read_text())
    for name in metrics:
        (folder / "page.json").write_text(json.dumps({key: metrics[key] for key in metrics if key != name}))
        with pytest.raises(ArtifactError, match=r"page\.json"):
            artifacts.load_metrics(folder)


def of_shape(*shape: int) -> Callable[[Path], None]:
    def harm(path: Path) -> None:
        save_pages(path.parent, np.zeros(shape, np.uint8))
        save_metrics(path.parent)

    return harm


@pytest.mark.parametrize(
    ("name", "harm", "message"),
    [
        ("page.keras", Path.unlink, "page.keras is missing. Run `make train` first."),
        ("page.npz", Path.unlink, "page.npz is missing. Run `make train` first."),
        ("page.json", Path.unlink, "page.json is missing. Run `make train` first."),
        ("page.keras", truncate, "page.keras is not the file that page.json tells of"),
        ("page.npz", truncate, "page.npz is not the file that page.json tells of"),
        ("page.json", truncate, "page.json is damaged. Run `make train`"),
        ("page.json", of_another_version, "scale: another version of this program wrote it"),
        ("page.npz", of_shape(2, 40, 64), "multiples of 16 pixels, not 2 of 40 x 64"),
        ("page.npz", of_shape(2, 64, 40), "multiples of 16 pixels, not 2 of 64 x 40"),
        ("page.npz", of_shape(1, 64, 64), "must have two pages or more"),
    ],
)
def test_harmed_artifacts_are_named_and_the_previous_file_stays(
    name: str, harm: Callable[[Path], None], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    harm(folder / name)
    before = (folder / "page.onnx").read_bytes()
    assert export(folder) == 1
    assert message in capsys.readouterr().err
    assert (folder / "page.onnx").read_bytes() == before
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


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (layers.AveragePooling2D(2), "AveragePooling2D"),
        (layers.MaxPooling2D(2), "no place in a page network"),
        (layers.UpSampling2D(2, interpolation="bilinear"), "UpSampling2D"),
        (layers.UpSampling2D(3), "UpSampling2D"),
        (layers.BatchNormalization(), "no convolution of its own"),
    ],
)
def test_what_cannot_be_folded_is_named(layer: layers.Layer, message: str) -> None:
    picture = keras.Input((None, None, 1))
    with pytest.raises(UnsupportedLayerError, match=message):
        fold_network(keras.Model(picture, layer(layers.ReLU()(picture))), SCALE)


def test_other_outputs_are_refused() -> None:
    picture = keras.Input((None, None, 1))
    with pytest.raises(UnsupportedLayerError, match="are not writing, offset, height and kind"):
        fold_network(keras.Model(picture, layers.Conv2D(4, 3)(picture)), SCALE)


def test_a_normalisation_of_what_another_layer_reads_too_is_refused() -> None:
    picture = keras.Input((None, None, 1))
    x = layers.Conv2D(4, 3, padding="same")(picture)
    both = layers.Add()([layers.BatchNormalization()(x), x])
    with pytest.raises(UnsupportedLayerError, match="no convolution of its own"):
        fold_network(keras.Model(picture, both), SCALE)


def test_a_sum_of_three_is_refused() -> None:
    picture = keras.Input((None, None, 1))
    x = [layers.Conv2D(4, 3, padding="same")(picture) for _ in range(3)]
    with pytest.raises(UnsupportedLayerError, match=r"\(Add, with these options\)"):
        fold_network(keras.Model(picture, layers.Add()(x)), SCALE)


def with_heads(**others: Callable[[keras.KerasTensor], keras.KerasTensor]) -> keras.Model:
    """Return a network of one layer and four outputs, some of them made in another way."""
    picture = keras.Input((None, None, 1))
    x = layers.ReLU()(layers.Conv2D(4, 3, padding="same")(picture))
    heads = {"writing": 4, "offset": 2, "height": 1, "kind": 3}
    made = {name: others.get(name, layers.Conv2D(size, 1))(x) for name, size in heads.items()}
    return keras.Model(picture, made)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (lambda x: layers.Conv2D(2, 1)(layers.ReLU()(x)), "writing and offset are not computed alike"),
        (lambda x: layers.Conv2D(2, 3, padding="same")(x), "writing and offset are not computed alike"),
        (lambda x: layers.ReLU()(layers.Conv2D(2, 1)(x)), "offset is made by Relu, not by a convolution"),
    ],
)
def test_heads_that_one_convolution_cannot_compute_are_refused(
    other: Callable[[keras.KerasTensor], keras.KerasTensor], message: str
) -> None:
    assert len(fold_network(with_heads(), SCALE).heads) == 2
    with pytest.raises(UnsupportedLayerError, match=message):
        fold_network(with_heads(offset=other), SCALE)
