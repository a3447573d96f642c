"""Makes synthetic phone photos of pages of numbers and of single digits: lit, askew, blurred and compressed.

Their writers copy MNIST's test digits, or draw strokes with pens of several widths.
"""

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from evaluation.canvases import resized
from evaluation.strokes import Drawing, place, render, width_of
from inference.tables.grid import perspective

# Draws one digit of a given height in pixels; returns its label and uint8 [height, width], 0 = paper, 255 = ink.
Writer = Callable[[float, np.random.Generator], tuple[str, NDArray[np.uint8]]]
Grey = NDArray[np.float64]

# Reflectance of inks for red, green and blue: ballpoints, a fibre pen, pencils.
INKS = (
    (0.12, 0.12, 0.14),
    (0.15, 0.2, 0.5),
    (0.1, 0.15, 0.4),
    (0.6, 0.15, 0.15),
    (0.35, 0.35, 0.37),
    (0.45, 0.45, 0.46),
)
RULINGS = (None, None, None, "ruled", "squared")
# Share of red, green and blue that a printed line leaves of the paper.
RULING_TONE = np.array([0.72, 0.8, 0.9])


def copyist(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Writer:
    """Return a writer that copies MNIST digits, uint8 [N, 28, 28]."""

    def write(tall: float, rng: np.random.Generator) -> tuple[str, NDArray[np.uint8]]:
        at = int(rng.integers(len(images)))
        return str(labels[at]), np.asarray(resized(images[at], tall))

    return write


def pen(marks: list[Drawing], thin: float = 0.05, thick: float = 0.14) -> Writer:
    """Return a writer that draws strokes with a pen between `thin` and `thick`, as shares of the digit's height."""

    def write(tall: float, rng: np.random.Generator) -> tuple[str, NDArray[np.uint8]]:
        mark = marks[int(rng.integers(len(marks)))]
        brush = max(1.2, tall * rng.uniform(thin, thick))
        wide = width_of(mark, tall - brush)
        strokes = place(mark, (brush / 2, brush / 2, wide, max(1.0, tall - brush)))
        return mark.label, render(strokes, (round(wide + brush), round(tall)), brush)

    return write


def page(writer: Writer, rng: np.random.Generator) -> tuple[bytes, str]:
    """Photograph a page of about 26 lines (upright) or 16 lines and about 240 digits, in one or two columns.

    Returns:
        The JPEG file, and the lines of the page.
    """
    width, height = (1000, 1400) if rng.random() < 0.5 else (1400, 1100)
    rows = int(rng.integers(24, 28)) if height == 1400 else int(rng.integers(14, 18))
    columns = int(rng.integers(1, 3))
    pitch = height * 0.86 / rows
    tall = pitch * rng.uniform(0.5, 0.68)
    ink = np.zeros((height, width), np.uint8)
    lines: list[str] = []
    slope = rng.normal(0, 0.006)
    for row in range(rows):
        written = []
        for column in range(columns):
            left = width * (0.07 + column * 0.9 / columns) + rng.uniform(0, 0.3) * tall
            right = width * (0.07 + (column + 1) * 0.86 / columns) - 1.2 * tall
            count = max(2, round(240 / rows / columns + rng.integers(-2, 3)))
            base = height * 0.07 + (row + 1) * pitch - 0.25 * pitch
            written.append(_number(ink, writer, rng, (left, base, right), tall, count, slope))
        lines.append(" ".join(each for each in written if each))
    return photograph(ink, tall, rng), "\n".join(lines)


def single(writer: Writer, rng: np.random.Generator, squared: bool = False) -> tuple[bytes, str]:
    """Photograph one large digit on plain, ruled or squared paper; with `squared`, always on squared paper.

    Returns:
        The JPEG file, and the digit.
    """
    side = int(rng.integers(250, 900))
    tall = side * rng.uniform(0.25, 0.6)
    ink = np.zeros((side, round(side * rng.uniform(0.8, 1.3))), np.uint8)
    label, digit = writer(tall, rng)
    top = int(rng.uniform(0.15 * side, max(0.85 * side - digit.shape[0], 0.16 * side)))
    left = int(rng.uniform(0.15 * ink.shape[1], max(0.85 * ink.shape[1] - digit.shape[1], 0.16 * ink.shape[1])))
    _stamp(ink, digit, left, top)
    return photograph(ink, tall, rng, cell=tall * rng.uniform(0.25, 1.2), squared=squared), label


def _number(
    ink: NDArray[np.uint8],
    writer: Writer,
    rng: np.random.Generator,
    place: tuple[float, float, float],
    tall: float,
    count: int,
    slope: float,
) -> str:
    """Write up to `count` digits on a base line while there is room, some of them touching; return their labels."""
    at, base, right = place
    text = ""
    touching = rng.random() < 0.15
    for _ in range(count):
        label, digit = writer(tall * rng.uniform(0.8, 1.15), rng)
        if at + digit.shape[1] > right:
            break
        bottom = base + slope * at + rng.normal(0, 0.04) * tall
        _stamp(ink, digit, round(at), round(bottom - digit.shape[0]))
        gap = rng.uniform(-0.06, 0.05) if touching and rng.random() < 0.5 else rng.uniform(0.08, 0.5)
        at += digit.shape[1] + gap * tall
        text += label
    return text


def _stamp(ink: NDArray[np.uint8], digit: NDArray[np.uint8], left: int, top: int) -> None:
    left, top = max(left, 0), max(top, 0)
    target = ink[top : top + digit.shape[0], left : left + digit.shape[1]]
    np.maximum(target, digit[: target.shape[0], : target.shape[1]], out=target)


def photograph(
    ink: NDArray[np.uint8], tall: float, rng: np.random.Generator, cell: float | None = None, squared: bool = False
) -> bytes:
    """Photograph writing on plain, ruled or squared paper, and return the JPEG file.

    Args:
        ink: uint8 [height, width], 255 = ink.
        tall: the height of its digits in pixels.
        rng: source of the random numbers.
        cell: the distance of the paper's lines in pixels; by default 0.6 to 1.8 times `tall`.
        squared: whether the paper is squared, instead of any.
    """
    height, width = ink.shape
    pen = np.array(INKS[rng.integers(len(INKS))])
    paper = np.array([1.0, rng.uniform(0.96, 1.0), rng.uniform(0.88, 1.0)]) * rng.uniform(0.85, 1.0)
    sheet = np.ones((height, width, 3)) * paper
    sheet *= _texture((height, width), rng)[..., None]
    drawn = RULINGS[rng.integers(len(RULINGS))]
    ruling = "squared" if squared else drawn
    if ruling:
        cover = _rules((height, width), ruling, cell or tall * rng.uniform(0.6, 1.8), rng)[..., None]
        sheet *= 1 - cover * (1 - RULING_TONE)
    # The pen's pressure and the paper's grain make ink uneven.
    cover = (ink / 255.0) * np.clip(_smooth((height, width), 6, rng) * 0.12 + 0.93, 0, 1)
    sheet = sheet * (1 - cover[..., None]) + pen * cover[..., None]
    image = Image.fromarray(_bytes(sheet))
    if rng.random() < 0.6:
        image = _on_a_table(image, rng)
    lit = np.asarray(image, float) / 255 * _light((image.height, image.width), rng)[..., None]
    lit *= np.array([1.0, rng.uniform(0.94, 1.0), rng.uniform(0.86, 1.0)])
    image = Image.fromarray(_bytes(lit)).filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.1)))
    noisy = np.asarray(image, float) / 255 + rng.normal(0, rng.uniform(0.005, 0.025), (image.height, image.width, 1))
    out = io.BytesIO()
    Image.fromarray(_bytes(noisy)).save(out, "JPEG", quality=int(rng.integers(55, 93)))
    return out.getvalue()


def _bytes(values: Grey) -> NDArray[np.uint8]:
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)


def _smooth(shape: tuple[int, int], grain: float, rng: np.random.Generator) -> Grey:
    """Return noise that changes over about `grain` pixels, standard deviation 1."""
    small = rng.normal(0, 1, (max(2, round(shape[0] / grain)), max(2, round(shape[1] / grain)))).astype(np.float32)
    noise = np.asarray(Image.fromarray(small).resize((shape[1], shape[0]), Image.Resampling.BICUBIC), float)
    return np.asarray(noise / noise.std(), np.float64)


def _texture(shape: tuple[int, int], rng: np.random.Generator) -> Grey:
    fine = _smooth(shape, 2, rng) * rng.uniform(0, 0.012) + _smooth(shape, 40, rng) * rng.uniform(0, 0.02)
    specks = _smooth(shape, 3, rng) > rng.uniform(3.6, 5)
    return np.asarray(1 + fine - 0.25 * specks, np.float64)


def _rules(shape: tuple[int, int], ruling: str, cell: float, rng: np.random.Generator) -> Grey:
    """Return how strongly printed lines cover the paper, 0 to 1."""
    strength, thick = rng.uniform(0.4, 1.0), max(1.0, cell * rng.uniform(0.02, 0.05))
    down = (np.arange(shape[0]) + rng.uniform(0, cell)) % cell < thick
    across = (np.arange(shape[1]) + rng.uniform(0, cell)) % cell < thick
    lines = down[:, None] | (across[None] & (ruling == "squared"))
    return np.asarray(lines * strength, np.float64)


def _on_a_table(page: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Put the page on a darker background, slightly askew and in perspective."""
    width, height = page.size
    margin = int(0.06 * min(width, height))
    size = (width + 2 * margin, height + 2 * margin)
    tone = rng.uniform(0.1, 0.45) * np.array([1.0, rng.uniform(0.7, 1), rng.uniform(0.5, 1)])
    table = Image.fromarray(_bytes(tone * (1 + 0.12 * _smooth((size[1], size[0]), 12, rng))[..., None]))
    corners = np.array([[margin, margin], [size[0] - margin, margin], [size[0] - margin, size[1] - margin]])
    corners = np.vstack([corners, [margin, size[1] - margin]]) + rng.uniform(-1.3, 0.8, (4, 2)) * margin
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    data = perspective(corners, source.astype(np.float64)).ravel()[:8].tolist()
    lying = page.transform(size, Image.Transform.PERSPECTIVE, data, Image.Resampling.BICUBIC)
    mask = Image.new("L", page.size, 255).transform(size, Image.Transform.PERSPECTIVE, data)
    table.paste(lying, (0, 0), mask)
    return table


def _light(shape: tuple[int, int], rng: np.random.Generator) -> Grey:
    """Return the light on the scene, 0 to 1: a gradient, and in most photos a shadow with a soft edge."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]] / max(shape)
    angle = rng.uniform(0, 2 * np.pi)
    light = rng.uniform(0.75, 1.0) + rng.uniform(0, 0.35) * (np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5))
    if rng.random() < 0.6:
        shade = Image.new("L", (shape[1], shape[0]))
        side = rng.uniform(0, 1, (2, 2)) * np.array([shape[1], shape[0]])
        way = rng.normal(0, 1, 2) * max(shape) * 2
        corners = [*side, side[1] + way, side[0] + way]
        ImageDraw.Draw(shade).polygon([(float(a), float(b)) for a, b in corners], fill=255)
        shade = shade.filter(ImageFilter.GaussianBlur(max(shape) * rng.uniform(0.008, 0.03)))
        light = light * (1 - np.asarray(shade, float) / 255 * rng.uniform(0.2, 0.65))
    return np.asarray(np.clip(light, 0.05, 1), np.float64)
