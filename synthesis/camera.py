"""Turns a page into a photo or scan of it: light, shadows, a table's edge, blur, noise, low resolution, JPEG."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from synthesis.hands import Rng
from synthesis.paper import Grey, smooth


def add_light(page: Grey, digit_height: float, rng: Rng) -> Grey:
    """Return a page, reflectance 0 to 1, under random light, perhaps with shadows, a table or a finger at its edge."""
    shape = page.shape
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    reach = max(shape)
    if rng.random() < 0.14:
        # The table beyond the paper's edge.
        ground = rng.uniform(0.05, 0.8) * (1 + rng.uniform(0.02, 0.3) * smooth(shape, rng.uniform(1, 14, 2), rng))
        if rng.random() < 0.4:
            ground = _add_clutter(ground, rng)
        beyond = _half_plane(x, y, rng, rng.uniform(0.3, 0.5) * reach, rng.uniform(0.3, 1.5))
        if rng.random() < 0.3:
            beyond = np.maximum(beyond, _half_plane(x, y, rng, rng.uniform(0.3, 0.5) * reach, rng.uniform(0.3, 1.5)))
        page = np.asarray(page * (1 - beyond) + ground * beyond, np.float32)
    if rng.random() < 0.02:
        page = _add_finger(page, x, y, rng)
    if rng.random() < 0.06:
        page = _add_bars(page, digit_height, rng)
    light: Grey = np.ones(shape, np.float32)
    if rng.random() < 0.7:
        angle = rng.uniform(0, 2 * np.pi)
        light += rng.uniform(0, 0.3) * (np.cos(angle) * (x / reach - 0.5) + np.sin(angle) * (y / reach - 0.5))
    if rng.random() < 0.15:
        # A lens darkens the corners (vignetting).
        light *= 1 - rng.uniform(0.3, 1.2) * ((x / shape[1] - 0.5) ** 2 + (y / shape[0] - 0.5) ** 2)
    for _ in range(int(rng.choice([0, 1, 2], p=[0.48, 0.38, 0.14]))):
        soft = float(np.exp(rng.uniform(np.log(0.5), np.log(1.5 * digit_height))))
        if rng.random() < 0.4:
            shade = _half_plane(x, y, rng, rng.uniform(-0.4, 0.4) * reach, soft)
        else:
            shade = _polygon_shadow(shape, soft, rng)
        light *= 1 - rng.uniform(0.1, 0.65) * shade
    return np.asarray(page * light * rng.uniform(0.55, 1.02), np.float32)


def photograph(scene: Grey, digit_height: float, rng: Rng) -> Grey:
    """Return a scene, 0 to 1, as a camera or scanner records it: blur, few pixels, noise, JPEG, or none of these."""
    shape = scene.shape
    if rng.random() < 0.2:
        return np.clip(scene, 0, 1)
    image = Image.fromarray(np.rint(np.clip(scene, 0, 1) * 255).astype(np.uint8))
    if rng.random() < 0.6:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, max(0.05 * digit_height, 0.5))))
    small = shape
    if rng.random() < 0.35:
        # Taken at a lower resolution, then enlarged for reading.
        factor = rng.uniform(1.2, 2.4) if digit_height > 20 else rng.uniform(1.1, 1.5)
        small = max(8, round(shape[0] / factor)), max(8, round(shape[1] / factor))
        image = image.resize((small[1], small[0]), rng.choice([Image.Resampling.BOX, Image.Resampling.BICUBIC]))
    values = np.asarray(image, np.float32)
    if rng.random() < 0.7:
        values = values + rng.uniform(0.5, 9) * rng.standard_normal(small, np.float32)
    if rng.random() < 0.04:
        values = np.where(values > np.median(values) * rng.uniform(0.6, 0.85), 255.0, 0.0).astype(np.float32)
    if rng.random() < 0.05:
        # Salt-and-pepper noise, as from dead pixels and worn prints.
        struck = rng.random(small, np.float32) < rng.uniform(0.002, 0.04)
        values = np.where(struck, 255.0 * (rng.random(small, np.float32) < rng.uniform(0.2, 0.8)), values)
    pixels = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    if rng.random() < 0.65:
        file = io.BytesIO()
        pixels.save(file, "JPEG", quality=int(rng.integers(25, 96)))
        pixels = Image.open(file)
    if small != shape:
        pixels = pixels.resize(
            (shape[1], shape[0]), Image.Resampling.NEAREST if rng.random() < 0.15 else Image.Resampling.BILINEAR
        )
    return np.asarray(pixels, np.float32) / np.float32(255)


def _half_plane(x: Grey, y: Grey, rng: Rng, away: float, soft: float) -> Grey:
    """Return 1 beyond a random straight edge, `away` pixels off the centre, 0 before it, blurred over `soft` pixels."""
    angle = rng.uniform(0, 2 * np.pi)
    across = (x - x.shape[1] / 2) * np.cos(angle) + (y - y.shape[0] / 2) * np.sin(angle)
    return np.asarray(1 / (1 + np.exp(-np.clip((across - away) / max(soft, 0.2) * 2, -30, 30))), np.float32)


def _polygon_shadow(shape: tuple[int, int], soft: float, rng: Rng) -> Grey:
    """Return the shadow of a random polygon, 1 inside and 0 outside, its border blurred over `soft` pixels."""
    reach = max(shape)
    middle = rng.uniform(-0.2, 1.2, 2) * (shape[1], shape[0])
    turns = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 7)))
    radii = np.exp(rng.uniform(np.log(0.1), np.log(1.5), len(turns))) * reach
    corners = [(float(x), float(y)) for x, y in middle + np.stack([np.cos(turns), np.sin(turns)], 1) * radii[:, None]]
    image = Image.new("L", (shape[1], shape[0]))
    ImageDraw.Draw(image).polygon(corners, fill=255)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(soft / 2)), np.float32) / np.float32(255)


def _add_clutter(ground: Grey, rng: Rng) -> Grey:
    """Draw things that lie on the table: rectangles and ellipses of any tone."""
    image = Image.fromarray(np.asarray(np.clip(ground, 0, 1) * 255, np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(rng.integers(2, 12)):
        x, y = rng.uniform(0, image.width), rng.uniform(0, image.height)
        wide, high = rng.uniform(0.02, 0.5, 2) * image.width
        tone = int(rng.integers(256))
        (draw.rectangle if rng.random() < 0.6 else draw.ellipse)((x, y, x + wide, y + high), fill=tone)
    return np.asarray(image, np.float32) / np.float32(255)


def _add_bars(page: Grey, digit_height: float, rng: Rng) -> Grey:
    """Draw long dark things on the page: a pen or a ruler across it, or strips of a scanner's lid along its border."""
    high, wide = page.shape
    image = Image.new("L", (wide, high))
    draw = ImageDraw.Draw(image)
    for _ in range(rng.integers(1, 4)):
        thick = max(1, round(digit_height * float(np.exp(rng.uniform(np.log(0.08), np.log(1.2))))))
        if rng.random() < 0.5:
            # Along one border, or a part of it.
            start, stop = np.sort(rng.uniform(-0.5, 1.5, 2))
            at = rng.choice([0, 1])
            if rng.random() < 0.5:
                draw.rectangle((at * (wide - thick), start * high, at * wide + thick * (1 - at), stop * high), fill=255)
            else:
                draw.rectangle((start * wide, at * (high - thick), stop * wide, at * high + thick * (1 - at)), fill=255)
        else:
            angle, reach = rng.uniform(0, np.pi), digit_height * rng.uniform(4, 20)
            x, y = rng.uniform(0, 1, 2) * (wide, high)
            step = (reach / 2 * float(np.cos(angle)), reach / 2 * float(np.sin(angle)))
            draw.line((x - step[0], y - step[1], x + step[0], y + step[1]), fill=255, width=thick)
    cover = np.asarray(image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.5))), np.float32) / np.float32(255)
    return np.asarray(page * (1 - cover) + rng.uniform(0, 0.6) * cover, np.float32)


def _add_finger(page: Grey, x: Grey, y: Grey, rng: Rng) -> Grey:
    """Draw a fingertip over the page's border."""
    side = max(page.shape)
    middle = (rng.choice([0.0, 1.0]) * page.shape[1], rng.uniform(0, 1) * page.shape[0])
    radii = rng.uniform(0.1, 0.3, 2) * side
    inside = 1 / (
        1 + np.exp(np.clip((np.hypot((x - middle[0]) / radii[0], (y - middle[1]) / radii[1]) - 1) * 12, -30, 30))
    )
    return np.asarray(page * (1 - inside) + rng.uniform(0.3, 0.7) * inside, np.float32)
