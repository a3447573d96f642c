"""The networks by their names."""

import pytest

from train.config import EPOCHS
from train.errors import TrainError
from train.models import build


@pytest.mark.parametrize("name", sorted(EPOCHS))
def test_each_network_that_can_be_asked_for(name: str) -> None:
    network = build(name, 11)
    assert network.name == name
    assert (network.input_shape, network.output_shape) == ((None, 28, 28, 1), (None, 11))


def test_an_unknown_name_is_no_network() -> None:
    with pytest.raises(TrainError, match=r"no network 'resnet'.*'cnn' or 'mlp'"):
        build("resnet", 11)
