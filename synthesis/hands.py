"""Draws marks by a hand: pen strokes, copies of MNIST's digits, printed type. A mark is uint8 [h, w], cropped."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from synthesis.handwriting import negatives, signs
from synthesis.handwriting.digits import DIGITS
from synthesis.handwriting.letters import LETTERS
from synthesis.handwriting.negatives import GREEK
from synthesis.handwriting.strokes import Glyph, parse, path
from synthesis.handwriting.vary import MAX_TAIL_FACTORS, SAME_HAND_SHARE, vary
from synthesis.sheet import Alpha

Rng = np.random.Generator
OVERSAMPLE = 3
# Range of pen widths, as shares of the digits' height: from a hard pencil under large digits to a marker.
MIN_PEN_HEIGHTS, MAX_PEN_HEIGHTS = 0.028, 0.17
# Smallest width of a drawn line; a thinner pen is drawn fainter instead, down to this share of its tone.
MIN_PEN_PX, MIN_TONE_SHARE = 0.9, 0.45
FONT_PX = 64
FONTS = (
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSansMono", "DejaVuSans-Oblique"),
    *("STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "cmr10", "cmb10", "cmss10", "cmtt10"),
)
LETTER_NAMES = tuple(LETTERS)
# Signs that are not drawn as `OTHER`: plus and minus have classes; two or three strokes and a corner look like digits.
EXCLUDED_SIGNS = (
    *("0,.5 1,.5 | .5,0 .5,1", "0,0 .5,.02 1,0"),
    *("0,0 0,1 | .35,0 .35,1", "0,0 0,1 | .3,0 .3,1 | .6,0 .6,1", "0,0 1,0! 1,1"),
)
OTHER_SIGNS = tuple(each for each in signs.SIGNS if each not in EXCLUDED_SIGNS)
# Share of letters whose strokes are moved apart.
APART_SHARE = 0.3
# Mean and standard deviation of the hands' slants: x to the left for each y downwards.
MEAN_SLANT, SLANT_DEVIATION = 0.1, 0.22
# A digit is copied from the one of this many whose slant is nearest the hand's: in one hand, a 1 that leans more than
# the other digits is a slash.
COPIES_TO_CHOOSE_FROM = 6


@dataclass(frozen=True, slots=True, eq=False)
class Copybook:
    """Digits of people to copy.

    Attributes:
        images: uint8 [N, 28, 28].
        indices: for each label the indices of its images.
        slants: float32 [N], how much farther each leans to the right than the mean of its label.
    """

    images: NDArray[np.uint8]
    indices: tuple[NDArray[np.intp], ...]
    slants: NDArray[np.float32]

    @classmethod
    def of(cls, images: NDArray[np.uint8], labels: NDArray[np.integer]) -> "Copybook":
        """Sort images uint8 [N, 28, 28] by their labels [N], 0 to 9."""
        indices = tuple(np.flatnonzero(labels == digit) for digit in range(10))
        slants = np.array([_slant(image) for image in images], np.float32)
        for same in indices:
            slants[same] -= slants[same].mean() if len(same) else 0
        return cls(images, indices, slants)


@dataclass(frozen=True, slots=True, eq=False)
class Hand:
    """One person with one pen.

    Attributes:
        copybook: images of the digits that are copied.
        copied_share: the share of digits that are copied rather than drawn.
        pen: the pen's width as a share of the digits' height.
        slant: how far strokes lean, x to the left for each y downwards.
        width_factor: the digits' width as a multiple of the usual width.
        tail_chance: the chance that a digit in `MAX_TAIL_FACTORS` has a long tail.
        tone: how dark the ink is, 0 to 1.
    """

    copybook: Copybook
    copied_share: float
    pen: float
    slant: float
    width_factor: float
    tail_chance: float
    tone: float

    def darkness(self, tall: float) -> float:
        """Return how dark the lines of digits `tall` pixels high are, 0 to 1; lines below a pixel are fainter."""
        return self.tone * min(1.0, max(self.pen * tall / MIN_PEN_PX, MIN_TONE_SHARE))

    def digit(self, label: str, tall: float, rng: Rng) -> Alpha:
        """Write a digit `tall` pixels high, not counting a long tail."""
        if rng.random() < self.copied_share:
            alpha = self._copied(int(label), tall, rng)
        else:
            alpha = self.strokes(DIGITS[int(label)](rng), tall, rng, fill=True)
        if int(label) in MAX_TAIL_FACTORS and rng.random() < self.tail_chance:
            alpha = _with_tail(alpha, rng.uniform(1.1, MAX_TAIL_FACTORS[int(label)]))
        return alpha

    def sign(self, kind: str, tall: float, rng: Rng) -> Alpha:
        """Write a separator beside digits `tall` pixels high."""
        return self.strokes(SIGNS[kind](rng), tall, rng)

    def letter(self, tall: float, rng: Rng, *, alone: bool = False) -> Alpha:
        """Write a letter; unless `alone`, one in six has the shape of a digit, as o, l, s and z have."""
        if not alone and rng.random() < 0.16:
            return self.digit(str(rng.choice([0, 1, 1, 2, 5, 6, 9])), tall * rng.uniform(0.6, 1), rng)
        if rng.random() < 0.15:
            return self.strokes(parse(GREEK[rng.integers(len(GREEK))]), tall * rng.uniform(0.6, 1.2), rng, fill=True)
        name = LETTER_NAMES[rng.integers(len(LETTER_NAMES))]
        templates = LETTERS[name]
        high = tall * (rng.uniform(0.9, 1.15) if name.isupper() or name in "dfhkt" else rng.uniform(0.55, 0.8))
        glyph = parse(templates[rng.integers(len(templates))])
        if rng.random() < APART_SHARE:
            for stroke in glyph:
                stroke[:, :2] += rng.normal(0, 0.06, 2)
        return self.strokes(glyph, high, rng, fill=True)

    def other(self, tall: float, rng: Rng) -> Alpha:
        """Draw a mark that is not a digit, letter or separator."""
        kinds = (_other_sign, _other_sign, signs.scribble, signs.spiral, signs.loops, signs.smiley, negatives.piece)
        return self.strokes(kinds[rng.integers(len(kinds))](rng), tall, rng)

    def unit(self, tall: float, rng: Rng) -> Alpha:
        """Write a unit, such as $ or %, beside digits `tall` pixels high."""
        return self.strokes(parse(signs.UNITS[rng.integers(len(signs.UNITS))]), tall, rng, fill=True)

    def struck(self, label: str, tall: float, rng: Rng) -> Alpha:
        """Write a digit and cross it out: with a bar, a slash, a cross or a scribble."""
        digit = self.digit(label, tall, rng)
        high, wide = digit.shape
        u = rng.uniform
        kind = rng.random()
        x0, x1, y0, y1 = -0.25 * wide, 1.25 * wide, u(-0.15, 0.15) * high, high * u(0.85, 1.15)
        if kind < 0.3:
            bars = [[(x0, high * u(0.35, 0.65)), (x1, high * u(0.35, 0.65))] for _ in range(rng.integers(1, 4))]
        elif kind < 0.5:
            bars = [[(x0, y1), (x1, y0)], [(x0, y1 - 0.2 * high), (x1, y0 - 0.2 * high)]]
        elif kind < 0.8:
            bars = [[(x0, y0), (x1, y1)], [(x0, y1), (x1, y0)]]
        else:
            t = np.arange(rng.integers(6, 16))
            x = np.where(t % 2, x1, x0) + rng.normal(0, 0.1 * wide, len(t))
            bars = [list(zip(x, y0 + (y1 - y0) * t / len(t), strict=True))]
        return _inked([np.array(each) for each in bars], max(self.pen * tall, 1.0), digit)

    def strokes(self, glyph: Glyph, tall: float, rng: Rng, *, fill: bool = False) -> Alpha:
        """Draw a glyph, one unit being `tall` pixels; with `fill`, the whole glyph is `tall` pixels high."""
        lines = vary(glyph, rng, SAME_HAND_SHARE)
        shear = np.array([[self.width_factor, 0.0], [-self.slant, 1.0]])
        lines = [line @ shear for line in lines]
        pen = max(self.pen * tall, MIN_PEN_PX)
        scale = tall
        if fill:
            ys = np.concatenate([line[:, 1] for line in lines])
            scale = max(tall - pen, 1.0) / max(float(np.ptp(ys)), 0.35)
        return _inked([line * scale for line in lines], pen)

    def _copied(self, digit: int, tall: float, rng: Rng) -> Alpha:
        indices = self.copybook.indices[digit]
        some = indices[rng.integers(len(indices), size=COPIES_TO_CHOOSE_FROM)]
        off = np.abs(self.copybook.slants[some] - (self.slant - MEAN_SLANT))
        image = self.copybook.images[some[off.argmin()]]
        cut = Image.fromarray(tight(image))
        # A wide mark is limited by its width, so it is lower than its neighbours.
        scale = min(tall / cut.height, 1.35 * tall / cut.width)
        size = max(2, round(cut.width * scale * self.width_factor)), max(2, round(cut.height * scale))
        grey = np.asarray(cut.resize(size, Image.Resampling.BICUBIC), np.float32) / 255
        # The threshold at which a stroke ends makes the pen thinner or thicker.
        edge = float(np.interp(self.pen, [MIN_PEN_HEIGHTS, MAX_PEN_HEIGHTS], [0.7, 0.25]))
        gain = 0.12 * max(scale * 20, 12)
        return tight(np.clip(((grey - edge) * gain + 0.5) * 255, 0, 255).astype(np.uint8))


def random_hand(copybook: Copybook, rng: Rng) -> Hand:
    """Return a random hand."""
    return Hand(
        copybook,
        copied_share=float(rng.choice([0.0, 0.5, 1.0], p=[0.35, 0.4, 0.25])),
        pen=float(np.exp(rng.uniform(np.log(MIN_PEN_HEIGHTS), np.log(MAX_PEN_HEIGHTS)))),
        slant=float(rng.normal(MEAN_SLANT, SLANT_DEVIATION)),
        width_factor=float(np.exp(rng.normal(0, 0.2))),
        tail_chance=float(rng.choice([0.0, 0.3, 0.8], p=[0.5, 0.3, 0.2])),
        tone=float(rng.uniform(0.75, 1.0)),
    )


def _slant(image: NDArray[np.uint8]) -> float:
    """Return how far a digit, uint8 [h, w], leans: x to the left for each y downwards, from its second moments."""
    y, x = np.nonzero(image > 127)
    if not len(y) or not (spread := float(y.var())):
        return 0.0
    return -float(((x - x.mean()) * y).mean()) / spread


def _other_sign(rng: Rng) -> Glyph:
    return parse(OTHER_SIGNS[rng.integers(len(OTHER_SIGNS))])


def _dot(rng: Rng) -> Glyph:
    return [path((0, 0), (rng.normal(0, 0.03), rng.normal(0.02, 0.03)))]


def _comma(rng: Rng) -> Glyph:
    reach = rng.uniform(0.15, 0.35)
    return [path((0, 0), (rng.uniform(-0.02, 0.04), reach * 0.5), (-rng.uniform(0.04, 0.16), reach))]


def _colon(rng: Rng) -> Glyph:
    apart = rng.uniform(0.3, 0.6)
    return [*_dot(rng), *([stroke + np.array([0, apart, 0]) for stroke in _dot(rng)])]


def _slash(rng: Rng) -> Glyph:
    bend = rng.normal(0, 0.04)
    return [path((rng.uniform(0.36, 0.72), 0), (0.25 + bend, 0.55), (0, rng.uniform(1.0, 1.35)))]


def _minus(rng: Rng) -> Glyph:
    return [path((0, 0), (rng.uniform(0.25, 1.2), rng.normal(0, 0.05)))]


def _plus(rng: Rng) -> Glyph:
    size = rng.uniform(0.4, 0.75)
    return [path((0, size / 2), (size, size / 2)), path((size / 2, 0), (size / 2 + rng.normal(0, 0.03), size))]


SIGNS = {".": _dot, ",": _comma, ":": _colon, "/": _slash, "-": _minus, "+": _plus}


def printed(text: str, tall: float, font: str) -> Alpha:
    """Print a character of a font, at the size at which its digits are `tall` pixels high."""
    big = _type(text, font)
    scale = tall / _type("8", font).shape[0]
    size = max(1, round(big.shape[1] * scale)), max(1, round(big.shape[0] * scale))
    return np.asarray(Image.fromarray(big).resize(size, Image.Resampling.BICUBIC))


@lru_cache(maxsize=4096)
def _type(text: str, font: str) -> Alpha:
    file = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"
    image = Image.new("L", (3 * FONT_PX, 2 * FONT_PX))
    ImageDraw.Draw(image).text((FONT_PX, FONT_PX // 4), text, fill=255, font=ImageFont.truetype(str(file), FONT_PX))
    return tight(np.asarray(image))


def tight(alpha: Alpha) -> Alpha:
    """Crop a mark to its ink; return one empty pixel if there is none."""
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    if not len(rows):
        return np.zeros((1, 1), np.uint8)
    return alpha[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _inked(lines: list[NDArray[np.float64]], pen: float, under: Alpha | None = None) -> Alpha:
    """Draw polylines, in pixels, with a round pen `pen` pixels wide, over the mark `under`, whose corner is 0, 0."""
    points = np.concatenate(lines)
    corners = [points.min(axis=0), points.max(axis=0)]
    if under is not None:
        corners += [np.zeros(2), np.array(under.shape[::-1], float)]
    low = np.floor(np.min(corners, axis=0) - pen)
    size = np.ceil(np.max(corners, axis=0) + pen - low).astype(int)
    image = Image.new("L", (int(size[0]) * OVERSAMPLE, int(size[1]) * OVERSAMPLE))
    draw = ImageDraw.Draw(image)
    width, radius = max(1, round(pen * OVERSAMPLE)), pen * OVERSAMPLE / 2
    for line in lines:
        at = ((line - low) * OVERSAMPLE).tolist()
        draw.line([(x, y) for x, y in at], fill=255, width=width, joint="curve")
        for x, y in (at[0], at[-1]):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    alpha = np.array(image.reduce(OVERSAMPLE))
    if under is not None:
        x, y = (int(-side) for side in low)
        region = alpha[y : y + under.shape[0], x : x + under.shape[1]]
        np.maximum(region, under, out=region)
    return tight(alpha)


def _with_tail(alpha: Alpha, factor: float) -> Alpha:
    """Stretch the lower part of a mark by `factor`."""
    half = alpha.shape[0] * 11 // 20
    if half < 2:
        return alpha
    lower = Image.fromarray(alpha[half:])
    size = (lower.width, max(1, round(lower.height * factor)))
    return np.concatenate([alpha[:half], np.asarray(lower.resize(size, Image.Resampling.BILINEAR))])
