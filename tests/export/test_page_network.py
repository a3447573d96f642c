"""The page network as an ONNX graph: it answers as Keras does, and what it cannot hold is refused."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
from keras import layers
from numpy.typing import NDArray

from export.errors import UnsupportedLayerError
from export.page.network import build, fold_network
from tests.export.pages import SCALE, run, untrained

# Keras saves its weights in a way that NumPy 2 will not allow for ever.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


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


def test_nothing_is_left_of_normalisation_and_scaling() -> None:
    operators = {node.op_type for node in build(fold_network(untrained(), SCALE), {}).graph.node}
    body = {"Cast", "Unsqueeze", "Conv", "Relu", "Resize", "Add"}
    assert operators == body | {"Split", "DepthToSpace", "Sigmoid", "Exp", "Softmax", "Squeeze", "Transpose"}


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
