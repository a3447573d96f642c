"""Draws what a reader must ignore on a page: printed lines, patterns, stains, grain, faint print."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from synthesis.hands import FONTS, Rng, printed

Grey = NDArray[np.float32]
# Lines are drawn this many times larger, then averaged down.
OVERSAMPLE = 2


class Frame:
    """How a page lies in a picture of `shape`, height and width in pixels.

    It is rotated a little about the picture's centre, by `angle`, clockwise, in radians.
    """

    def __init__(self, shape: tuple[int, int], angle: float) -> None:
        self._middle = np.array([shape[1] / 2, shape[0] / 2])
        cos, sin = np.cos(angle), np.sin(angle)
        self._turn = np.array([[cos, -sin], [sin, cos]])

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the x and y, in pixels of the picture, of a point of the page."""
        seen = self._turn @ (np.array([x, y]) - self._middle) + self._middle
        return float(seen[0]), float(seen[1])


class Lines:
    """The printed lines of one page, which lies as `frame` says in a picture of `shape`, height and width in pixels."""

    def __init__(self, shape: tuple[int, int], frame: Frame) -> None:
        self._frame = frame
        self._image = Image.new("L", (shape[1] * OVERSAMPLE, shape[0] * OVERSAMPLE))

    def draw(self, points: list[tuple[float, float]], width: float, tone: float) -> None:
        """Draw a line through points of the page: `width` in pixels, `tone` 0 to 1, how dark it is."""
        seen = [self._frame.at(*point) for point in points]
        ImageDraw.Draw(self._image).line(
            [(x * OVERSAMPLE, y * OVERSAMPLE) for x, y in seen],
            fill=round(255 * min(tone * min(width * OVERSAMPLE, 1.0), 1.0)),
            width=max(1, round(width * OVERSAMPLE)),
        )

    def box(self, left: float, top: float, right: float, bottom: float, width: float, tone: float) -> None:
        """Draw a rectangle."""
        corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        self.draw(corners, width, tone)

    def grid(self, xs: NDArray[np.float64], ys: NDArray[np.float64], width: float, tone: float, thick: int = 0) -> None:
        """Draw a table's lines at `xs` and `ys`; each `thick`-th is 2.2 times as wide."""
        for number, x in enumerate(xs):
            self.draw([(x, ys[0]), (x, ys[-1])], width * (2.2 if thick and number % thick == 0 else 1), tone)
        for number, y in enumerate(ys):
            self.draw([(xs[0], y), (xs[-1], y)], width * (2.2 if thick and number % thick == 0 else 1), tone)

    def tone(self) -> Grey:
        """Return how dark the lines make each pixel, 0 to 1."""
        return np.asarray(self._image.reduce(OVERSAMPLE), np.float32) / np.float32(255)


def ruled(lines: Lines, shape: tuple[int, int], digit_height: float, rng: Rng, squared: bool) -> None:
    """Rule the whole page with lines or squares, as in an exercise book."""
    pitch = max(digit_height * (rng.uniform(0.35, 1.3) if squared else rng.uniform(1.1, 2.2)), 5.0)
    width, tone = max(0.5, digit_height * rng.uniform(0.015, 0.05)), rng.uniform(0.1, 0.6)
    reach = max(shape)
    ys = np.arange(rng.uniform(-pitch, 0) - 0.3 * reach, 1.3 * reach, pitch)
    xs = np.arange(rng.uniform(-pitch, 0) - 0.3 * reach, 1.3 * reach, pitch)
    for y in ys:
        lines.draw([(-0.3 * reach, y), (1.3 * reach, y)], width, tone)
    for x in xs if squared else xs[rng.integers(len(xs)) :][:1] if rng.random() < 0.3 else ():
        lines.draw([(x, -0.3 * reach), (x, 1.3 * reach)], width, tone)


def guilloche(shape: tuple[int, int], digit_height: float, rng: Rng) -> Grey:
    """Return the fine wave pattern of a cheque's background, 0 to 1."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    out = np.zeros(shape, np.float32)
    for _ in range(rng.integers(1, 3)):
        angle = rng.choice([0.0, 0.0, np.pi / 4, rng.uniform(0, np.pi)])
        along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        pitch = max(digit_height * rng.uniform(0.1, 0.28), 2.2)
        height = rng.uniform(0, 0.5) * digit_height
        wave = height * np.sin(along * (2 * np.pi / (digit_height * rng.uniform(0.7, 4))) + rng.uniform(0, 6))
        if rng.random() < 0.25:
            wave = wave + np.abs(along - rng.uniform(0, shape[1])) * rng.uniform(0, 1)
        out = np.maximum(out, np.sin((across + wave) * (2 * np.pi / pitch)) ** 2 ** rng.integers(0, 3))
    if rng.random() < 0.25:
        # A halftone of dots, as copiers make it.
        pitch = max(digit_height * rng.uniform(0.08, 0.16), 2.0) * 2 / np.pi
        out = np.maximum(out, (np.sin(x / pitch) * np.sin(y / pitch) > 0.5).astype(np.float32))
    return out


def words(shape: tuple[int, int], digit_height: float, rng: Rng) -> Grey:
    """Return a line of faint print somewhere on the page, 0 to 1."""
    out = np.zeros(shape, np.float32)
    font = FONTS[rng.integers(len(FONTS))]
    high = digit_height * rng.uniform(0.4, 1.6)
    x, y = rng.uniform(-0.5, 0.5) * shape[1], rng.uniform(-0.2, 1.0) * shape[0]
    for _ in range(rng.integers(3, 16)):
        letter = printed(chr(rng.integers(ord("A"), ord("z") + 1)), high, font)
        top, left = round(y + high - letter.shape[0]), round(x)
        y0, x0 = max(top, 0), max(left, 0)
        region = out[y0 : max(top + letter.shape[0], 0), x0 : max(left + letter.shape[1], 0)]
        if region.size:
            seen = letter[y0 - top :, x0 - left :][: region.shape[0], : region.shape[1]]
            np.maximum(region, seen / np.float32(255), out=region)
        x += letter.shape[1] + 0.2 * high
    return out


def traces(shape: tuple[int, int], digit_height: float, rng: Rng) -> Grey:
    """Return traces of erased writing, or of writing that shines through from the other side, 0 to 1."""
    image = Image.new("L", (shape[1], shape[0]))
    draw = ImageDraw.Draw(image)
    for _ in range(rng.integers(3, 25)):
        start = rng.uniform(0, 1, 2) * (shape[1], shape[0])
        steps = np.cumsum(rng.normal(0, 0.3 * digit_height, (int(rng.integers(2, 7)), 2)), axis=0)
        draw.line([(float(x), float(y)) for x, y in start + steps], fill=255, width=max(1, round(0.08 * digit_height)))
    blurred = image.filter(ImageFilter.GaussianBlur(0.05 * digit_height * rng.uniform(0.5, 3)))
    return np.asarray(blurred, np.float32) / np.float32(255)


def stains(shape: tuple[int, int], digit_height: float, rng: Rng) -> Grey:
    """Return a few blots, drops and smears, filled or as rings, 0 to 1; none is so small that it looks like a point."""
    image = Image.new("L", (shape[1], shape[0]))
    draw = ImageDraw.Draw(image)
    for _ in range(rng.integers(1, 5)):
        corners = 24 if rng.random() < 0.7 else int(rng.integers(3, 7))
        turns = np.linspace(0, 2 * np.pi, corners, endpoint=False)
        waves = [rng.normal(0, 0.12 / n) * np.sin(n * turns + rng.uniform(0, 6.3)) for n in (1, 2, 3, 5)]
        radii = digit_height * np.exp(rng.uniform(np.log(0.2), np.log(1.5))) * (1 + np.sum(waves, axis=0))
        wide = np.exp(rng.normal(0, 0.4))
        x, y = rng.uniform(0, 1, 2) * (shape[1], shape[0])
        points = [
            (float(x + r * wide * np.cos(t)), float(y + r * np.sin(t))) for t, r in zip(turns, radii, strict=True)
        ]
        tone = int(rng.integers(80, 256))
        if rng.random() < 0.7:
            draw.polygon(points, fill=tone)
        else:
            draw.line([*points, points[0]], fill=tone, width=max(1, round(digit_height * rng.uniform(0.05, 0.4))))
    softness = digit_height * float(np.exp(rng.uniform(np.log(0.015), np.log(0.4))))
    blurred = image.filter(ImageFilter.GaussianBlur(softness))
    return np.asarray(blurred, np.float32) / np.float32(255)


def smooth(shape: tuple[int, int], grain: float | NDArray[np.float64], rng: Rng) -> Grey:
    """Return smooth noise of standard deviation about 1; `grain`: its scale in pixels, or (down, across)."""
    down, across = np.broadcast_to(grain, 2)
    size = max(2, round(shape[0] / down)), max(2, round(shape[1] / across))
    small = rng.standard_normal(size, np.float32)
    if size == shape:
        return small
    return np.asarray(Image.fromarray(small).resize((shape[1], shape[0]), Image.Resampling.BICUBIC), np.float32)
