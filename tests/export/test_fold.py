"""The exported graph against scikit-learn and Keras, which know nothing of the folding."""

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from numpy.typing import NDArray
from sklearn.preprocessing import StandardScaler

from export import fold, graph
from export.errors import UnsupportedLayerError
from export.steps import of_layer, steps
from inference.recognition.classifier import Classifier
from tests.samples import small_mnist
from train import models, scale

TEMPERATURE = 1.7
SHIFT = 1.7


def shaken(network: keras.Model) -> keras.Model:
    """Give every weight a value, also those that a fresh network has at 0 or 1."""
    rng = np.random.default_rng(5)
    network.set_weights(
        [
            weight + (rng.uniform(0.1, 0.4, weight.shape) if weight.ndim == 1 else 0 * weight)
            for weight in network.get_weights()
        ]
    )
    return network


def exported(network: keras.Model, scaler: StandardScaler, path: Path) -> Classifier:
    folded = fold.fold_all(steps(network), scaler.mean_, scaler.scale_, TEMPERATURE, SHIFT)
    path.write_bytes(graph.build(folded, {"name": "test"}).SerializeToString())
    return Classifier(path)


def oracle(network: keras.Model, scaler: StandardScaler, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    columns = images.reshape(-1, scaler.n_features_in_).astype(np.float64)
    scaled = scaler.transform(columns).reshape(-1, 28, 28, 1)
    logits = np.asarray(network.predict(scaled, verbose=0), np.float64)
    if logits.shape[1] == 11:
        logits[:, 10] -= SHIFT
    logits /= TEMPERATURE
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def unlike_digits() -> NDArray[np.uint8]:
    """Noise, and ink in pixels that are always paper in the training images."""
    noise = np.random.default_rng(3).integers(0, 256, (50, 28, 28), np.uint8)
    border = np.zeros((2, 28, 28), np.uint8)
    border[0, 0], border[1, :, 27] = 255, 1
    return np.concatenate([noise, border, np.zeros((1, 28, 28), np.uint8), np.full((1, 28, 28), 255, np.uint8)])


@pytest.mark.parametrize("name", ["cnn", "mlp"])
@pytest.mark.parametrize("classes", [10, 11])
def test_the_graph_answers_as_scaler_and_network_do(name: str, classes: int, tmp_path: Path) -> None:
    keras.utils.set_random_seed(4)
    network = shaken(models.build(name, classes))
    train_images = small_mnist()["x_train"]
    scaler = scale.fit(name, train_images)
    classify = exported(network, scaler, tmp_path / "model.onnx")
    for images, tolerance in ((train_images[:200], 1e-5), (unlike_digits(), 1e-4)):
        answered = classify(images)
        expected = oracle(network, scaler, images)
        assert answered.shape == (len(images), classes)
        np.testing.assert_allclose(answered, expected, atol=tolerance)
        np.testing.assert_array_equal(answered.argmax(axis=1), expected.argmax(axis=1))


def test_pixels_that_never_change_are_scaled_by_one(tmp_path: Path) -> None:
    train_images = small_mnist()["x_train"]
    scaler = scale.fit("mlp", train_images)
    dead = scaler.var_ == 0
    assert dead.any(), "MNIST's corners are always paper"
    network = shaken(models.build("mlp", 10))
    classify = exported(network, scaler, tmp_path / "model.onnx")
    ink = np.zeros((1, 784), np.uint8)
    ink[0, dead] = 200
    images = ink.reshape(1, 28, 28)
    np.testing.assert_allclose(classify(images), oracle(network, scaler, images), atol=1e-5)


def test_nothing_is_left_of_the_scaler_in_the_graph(tmp_path: Path) -> None:
    scaler = scale.fit("mlp", small_mnist()["x_train"])
    folded = fold.fold_all(steps(models.build("mlp", 10)), scaler.mean_, scaler.scale_, TEMPERATURE)
    operators = [node.op_type for node in graph.build(folded, {}).graph.node]
    assert operators == ["Cast", "Flatten", "Gemm", "Relu", "Gemm", "Relu", "Gemm", "Softmax"]


def test_other_layers_are_exported_too(tmp_path: Path) -> None:
    image = keras.Input((28, 28, 1))
    x = layers.Conv2D(4, 3, strides=2, activation="relu")(image)
    x = layers.Conv2D(6, 3, strides=2, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Conv2D(6, 4, padding="same", dilation_rate=(2, 1))(x)
    x = layers.MaxPooling2D(2)(x)
    network = shaken(keras.Model(image, layers.Dense(10)(layers.Flatten()(x))))
    scaler = scale.fit("cnn", small_mnist()["x_train"])
    classify = exported(network, scaler, tmp_path / "model.onnx")
    images = unlike_digits()
    np.testing.assert_allclose(classify(images), oracle(network, scaler, images), atol=1e-5)


def test_windows_that_overlap_or_have_gaps_are_exported_too(tmp_path: Path) -> None:
    image = keras.Input((28, 28, 1))
    x = layers.Conv2D(4, 3, dilation_rate=(2, 3), activation="relu")(image)
    x = layers.MaxPooling2D(3, strides=1)(x)
    x = layers.MaxPooling2D(2, strides=3)(x)
    network = shaken(keras.Model(image, layers.Dense(10)(layers.Flatten()(x))))
    scaler = scale.fit("cnn", small_mnist()["x_train"])
    images = unlike_digits()
    expected = oracle(network, scaler, images)
    assert expected.std(axis=0).max() > 0.01
    np.testing.assert_allclose(exported(network, scaler, tmp_path / "model.onnx")(images), expected, atol=1e-4)


def test_the_checksum_of_the_weights_changes_with_each_of_them() -> None:
    network = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10)])
    before = fold.sha256(steps(network))
    assert before == fold.sha256(steps(network))
    kernel, bias = network.get_weights()
    network.set_weights([kernel, bias + 1])
    only_bias = fold.sha256(steps(network))
    network.set_weights([kernel + 1, bias])
    assert len({before, only_bias, fold.sha256(steps(network))}) == 3


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (layers.Conv2D(4, 3, padding="same"), "without padding"),
        (layers.Conv2D(4, 3, activation="tanh"), "neither linear nor relu"),
        (layers.AveragePooling2D(2), "AveragePooling2D"),
        (layers.BatchNormalization(), "batch normalisation stands behind"),
    ],
)
def test_what_cannot_be_folded_is_named(layer: layers.Layer, message: str) -> None:
    image = keras.Input((28, 28, 1))
    network = keras.Model(image, layers.Dense(10)(layers.Flatten()(layer(image))))
    with pytest.raises(UnsupportedLayerError, match=message):
        fold.fold_all(steps(network), np.zeros(1), np.ones(1), 1.0)


def test_a_scale_for_each_pixel_does_not_fold_into_a_convolution() -> None:
    network = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(10)])
    with pytest.raises(UnsupportedLayerError, match="the scaler has 784 scales"):
        fold.fold_all(steps(network), np.zeros(784), np.ones(784), 1.0)


def test_the_calibration_folds_only_into_logits() -> None:
    network = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10, activation="relu")])
    with pytest.raises(UnsupportedLayerError, match="ends with Relu"):
        fold.fold_all(steps(network), np.zeros(1), np.ones(1), 1.0)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2D(4, 3, groups=2),
        layers.Dense(3),
        layers.BatchNormalization(axis=1),
        layers.ReLU(max_value=6),
        layers.ReLU(negative_slope=0.1),
        layers.ReLU(threshold=0.5),
        layers.MaxPooling2D(2, padding="same"),
        layers.MaxPooling2D(2, data_format="channels_first"),
        layers.Flatten(data_format="channels_first"),
    ],
)
def test_known_layers_with_other_options_are_refused(layer: layers.Layer) -> None:
    layer(keras.Input((8, 8, 4)))
    with pytest.raises(UnsupportedLayerError, match="with these options"):
        of_layer(layer)


def test_a_branch_is_refused() -> None:
    image = keras.Input((28, 28, 1))
    x = layers.Flatten()(image)
    one, other = layers.Dense(10)(x), layers.Dense(10)(x)
    with pytest.raises(UnsupportedLayerError, match="no plain chain"):
        steps(keras.Model(image, layers.Add()([one, other])))
