"""Builds the page network: a U-Net that takes a whole picture, and whose pixels vote for the centre of their mark.

Source: Ronneberger, Fischer and Brox, "U-Net", MICCAI 2015 (the shape); Cheng et al., "Panoptic-DeepLab", CVPR 2020,
arXiv 1911.10194, section 3 (the votes).
"""

import keras
from keras import layers

from synthesis.kinds import KINDS
from train.models import FusedBatchNormalization

# Channels of the feature maps at a half, a quarter, an eighth and a sixteenth of the picture's size. There are none at
# full size, where a U-Net spends most of its time.
CHANNELS = (24, 64, 96, 128)
KIND_CHANNELS = 64
# Unit of the targets for offset and height, in pixels: the height of a digit at the scale that is read best.
UNIT_PX = 32
# Initial bias of the ink logits: the first predictions are about as low as ink is rare on pages.
RARE_INK_BIAS = keras.initializers.Constant(-2.5)


def build(normalisation: type[layers.BatchNormalization] | None = None) -> keras.Model:
    """Return the untrained network, 0.9 million parameters, 15,000 multiplications a pixel.

    Input `picture`: float32 [N, H, W, 1], 0 to 1; H and W multiples of 16. Outputs, all float32, by name:
    `writing` [N, H/2, W/2, 4]: logits of the share of ink of each cell's four pixels, row by row;
    `offset` [N, H/2, W/2, 2]: x and y from a cell's centre to the centre of its mark, in units of 32 pixels;
    `height` [N, H/4, W/4, 1]: log2 of the height of the writing there, in the same units;
    `kind` [N, H/4, W/4, kinds]: logits of the mark's class, in the order of `KINDS`.

    The batch normalisation is by default the fused one, which trains faster.
    """
    normalise = normalisation or FusedBatchNormalization

    def convolution(
        x: keras.KerasTensor, filters: int, size: int = 3, strides: int = 1, dilation: int = 1
    ) -> keras.KerasTensor:
        x = layers.Conv2D(filters, size, strides=strides, dilation_rate=dilation, padding="same", use_bias=False)(x)
        return layers.ReLU()(normalise(momentum=0.98)(x))

    def up(x: keras.KerasTensor, beside: keras.KerasTensor, filters: int) -> keras.KerasTensor:
        x = layers.UpSampling2D(2)(convolution(x, filters, 1))
        return convolution(layers.Add()([x, beside]), filters)

    half, quarter, eighth, sixteenth = CHANNELS
    picture = keras.Input((None, None, 1), name="picture")
    at_half = convolution(convolution(picture, half, 5, 2), half)
    x = convolution(at_half, quarter, 3, 2)
    at_quarter = convolution(convolution(x, quarter), quarter)
    x = convolution(at_quarter, eighth, 3, 2)
    at_eighth = convolution(convolution(x, eighth), eighth)
    x = convolution(at_eighth, sixteenth, 3, 2)
    x = convolution(convolution(x, sixteenth, dilation=2), sixteenth)
    x = up(x, at_eighth, eighth)
    x = up(x, at_quarter, quarter)
    cells = convolution(x, KIND_CHANNELS)
    x = up(x, at_half, half)
    return keras.Model(
        picture,
        {
            "writing": layers.Conv2D(4, 3, padding="same", bias_initializer=RARE_INK_BIAS, name="writing")(x),
            "offset": layers.Conv2D(2, 3, padding="same", name="offset")(x),
            "height": layers.Conv2D(1, 1, name="height")(cells),
            "kind": layers.Conv2D(len(KINDS), 1, name="kind")(cells),
        },
        name="page",
    )
