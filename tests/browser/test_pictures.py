"""Pictures instead of drawings: picked, dropped, pasted, and those that cannot be read."""

import base64
import io
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageDraw
from playwright.sync_api import Route, expect

from tests.browser.conftest import PHONE, Open
from tests.browser.strokes import OWN, SHARED, placed
from tests.browser.surface import Surface
from tests.web.hostile import encoded

ONE, FOUR, SEVEN, THREE = OWN


def png(size: tuple[int, int] = (600, 400), kind: str = "PNG") -> bytes:
    """A four and a seven in dark ink on light paper."""
    image = Image.new("RGB", size, (236, 232, 222))
    pencil = ImageDraw.Draw(image)
    side = size[1] * 0.5
    for drawn, x in ((FOUR, 0.2), (SEVEN, 0.6)):
        for stroke in placed(drawn, x * size[0], size[1] * 0.25, side):
            pencil.line(stroke, (40, 44, 70), int(side / 12), joint="curve")
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def hand_over(surface: Surface, way: str, content: bytes, name: str = "page.png", kind: str = "image/png") -> None:
    """Give the page a file by the picker, by drag and drop, or from the clipboard."""
    if way == "pick":
        surface["#file"].set_input_files({"name": name, "mimeType": kind, "buffer": content})
        return
    surface.page.evaluate(
        """([way, text, name, type]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name, { type }));
          const options = { bubbles: true, cancelable: true };
          const send = (event) => document.querySelector("#stage").dispatchEvent(event);
          if (way === "paste") return send(new ClipboardEvent("paste", { ...options, clipboardData: transfer }));
          for (const type of ["dragenter", "dragover", "drop"])
            send(new DragEvent(type, { ...options, dataTransfer: transfer }));
        }""",
        [way, base64.b64encode(content).decode(), name, kind],
    )


@pytest.mark.parametrize("way", ["pick", "drop", "paste"])
def test_picture_is_shown_with_boxes_over_it(visit: Open, way: str) -> None:
    surface = visit()
    hand_over(surface, way, png())
    surface.reads("47")
    expect(surface["#picture"]).to_be_visible()
    picture = surface["#picture"].bounding_box()
    first, second = (box.bounding_box() for box in surface[".box"].all())
    assert picture is not None
    assert first is not None
    assert second is not None
    # The picture is 600 wide, the four starts at 0.2 of it.
    scale = min(picture["width"] / 600, picture["height"] / 400)
    left = picture["x"] + (picture["width"] - 600 * scale) / 2
    assert first["x"] == pytest.approx(left + 120 * scale, abs=12 * scale + 3)
    assert second["x"] == pytest.approx(left + 360 * scale, abs=12 * scale + 3)


def test_back_to_the_drawing(visit: Open) -> None:
    surface = visit()
    surface.mouse(surface.place(ONE))
    surface.reads("1")
    hand_over(surface, "pick", png())
    surface.reads("47")
    surface["#back"].click()
    surface.reads("1")
    hand_over(surface, "pick", png())
    surface.reads("47")
    surface["#clear"].click()
    surface.reads("")
    expect(surface["#picture"]).to_be_hidden()
    assert surface.ink() == 0


@pytest.mark.parametrize(
    ("name", "kind", "content", "message"),
    [
        ("notes.txt", "text/plain", b"1 2 3", "not a picture"),
        ("empty.png", "image/png", b"", "empty"),
        ("broken.png", "image/png", png()[:300], "damaged"),
        ("other.png", "image/png", b"no picture at all", "picture"),
        ("photo.heic", "image/heic", b"\0\0\0\x18ftypheic" + bytes(64), "PNG"),
        ("drawing.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PNG"),
    ],
)
def test_file_that_cannot_be_read_leaves_the_drawing(
    visit: Open, name: str, kind: str, content: bytes, message: str
) -> None:
    surface = visit()
    surface.expected += ["the server responded with a status of 4"]
    surface.mouse(surface.place(SEVEN))
    surface.reads("7")
    hand_over(surface, "pick", content, name, kind)
    expect(surface["#problem"]).to_contain_text(message)
    surface.reads("7")
    expect(surface["#problem"]).to_be_visible()
    surface["#clear"].click()
    expect(surface["#problem"]).to_be_hidden()


def test_picture_of_more_bytes_than_the_server_takes_is_brought_down(visit: Open, tmp_path: Path) -> None:
    surface = visit()
    scan = tmp_path / "scan.bmp"
    scan.write_bytes(png((2250, 1500), "BMP"))
    assert scan.stat().st_size > 10_000_000
    surface["#file"].set_input_files(scan)
    surface.reads("47")


def noisy(size: tuple[int, int], kind: str, **options: Any) -> bytes:
    """The four and the seven with the noise of a camera in the dark, which makes a file large."""
    with Image.open(io.BytesIO(png(size))) as image:
        out = io.BytesIO()
        Image.blend(image, Image.effect_noise(size, 60).convert("RGB"), 0.3).save(out, kind, **options)
    return out.getvalue()


def sent(surface: Surface, content: bytes, name: str, text: str = "47") -> bytes:
    """Choose a file, wait until it reads `text`, and return the body of the request."""
    # Playwright sees no body that is a file.
    surface.page.evaluate("""() => {
      const { fetch } = window;
      window.fetch = (to, options) => { window.sent = options?.body ?? window.sent; return fetch(to, options); };
    }""")
    kind = {"jpg": "jpeg"}.get(name[-3:], name.split(".")[1])
    hand_over(surface, "pick", content, name, f"image/{kind}")
    surface.reads(text)
    body: str = surface.page.evaluate("""() => new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result.split(",")[1]);
      reader.readAsDataURL(sent);
    })""")
    return base64.b64decode(body)


@pytest.mark.parametrize("orientation", [1, 6])
def test_large_photo_is_reduced_as_the_server_would_and_its_boxes_stay_right(visit: Open, orientation: int) -> None:
    upright = (4200, 2800) if orientation == 1 else (2800, 4200)
    with Image.open(io.BytesIO(noisy(upright, "PNG"))) as image:
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = orientation
        out = io.BytesIO()
        (image if orientation == 1 else image.transpose(Image.Transpose.ROTATE_90)).save(
            out, "JPEG", quality=85, exif=exif
        )
    assert out.tell() > 1_500_000
    surface = visit()
    body = sent(surface, out.getvalue(), "photo.jpg")
    assert len(body) < out.tell() / 2
    with Image.open(io.BytesIO(body)) as image:
        assert (image.format, image.size) == ("JPEG", (upright[0] / 2, upright[1] / 2))
    picture, box = surface["#overlay"].bounding_box(), surface[".box"].nth(1).bounding_box()
    assert picture
    assert box
    # The seven starts at 0.6 of the width and a quarter of the height.
    assert (box["x"] - picture["x"]) / picture["width"] == pytest.approx(0.6, abs=0.04)
    assert (box["y"] - picture["y"]) / picture["height"] == pytest.approx(0.25, abs=0.04)


def test_heavy_photo_keeps_its_pixels_and_other_files_are_sent_as_they_are(visit: Open) -> None:
    photo = noisy((2000, 1500), "JPEG", quality=96)
    assert len(photo) > 1_500_000
    body = sent(visit(), photo, "photo.jpg")
    assert len(body) < 0.6 * len(photo)
    with Image.open(io.BytesIO(body)) as image:
        assert image.size == (2000, 1500)
    for name, content in ("small.jpg", png(kind="JPEG")), ("scan.png", noisy((1200, 800), "PNG")):
        assert sent(visit(), content, name) == content


def test_photo_of_more_pixels_than_the_server_takes_is_reduced(visit: Open) -> None:
    photo = png((8200, 5000), "JPEG")
    assert len(photo) < 1_500_000
    with Image.open(io.BytesIO(sent(visit(), photo, "photo.jpg"))) as image:
        assert image.size == (2050, 1250)


HURRY = """(share) => {
  const timeout = AbortSignal.timeout;
  window.allowed = [];
  AbortSignal.timeout = (ms) => { allowed.push(ms); return timeout.call(AbortSignal, ms * share); };
}"""


def test_time_for_an_answer_does_not_count_the_upload(visit: Open) -> None:
    surface = visit()
    surface.page.evaluate(HURRY, 1)
    scan = noisy((1200, 800), "PNG")
    sent(surface, scan, "scan.png")
    (allowed,) = surface.page.evaluate("allowed")
    assert allowed >= 20_000 + min(len(scan) / 60, 30_000), "60 kB/s is a slow uplink, the server waits for 30 s"


def test_large_upload_that_took_too_long_is_not_tried_again(visit: Open) -> None:
    surface = visit()
    surface.page.evaluate(HURRY, 0.01)
    held: list[Route] = []
    surface.page.route("**/predict*", lambda route: held.append(route))
    hand_over(surface, "pick", noisy((1200, 800), "PNG"))
    expect(surface["#problem"]).to_contain_text("too long to send")
    surface.page.wait_for_timeout(2000)
    assert len(held) == 1


def transparent(ink: str, kind: str, size: tuple[int, int] = (600, 400)) -> bytes:
    """The four and the seven on nothing, as drawing programs save them."""
    with Image.open(io.BytesIO(png(size))) as image:
        writing = Image.new("RGBA", size, ink)
        writing.putalpha(image.convert("L").point([255 if grey < 128 else 0 for grey in range(256)]))
        return encoded(writing, kind)


@pytest.mark.parametrize("ink", ["black", "white"])
@pytest.mark.parametrize("kind", ["WEBP", "AVIF", "PNG"])
def test_transparent_picture_stays_transparent(visit: Open, ink: str, kind: str) -> None:
    surface = visit()
    content = transparent(ink, kind)
    if kind == "PNG":
        # More than the server takes.
        content += bytes(10_000_000 - len(content))
    body = sent(surface, content, f"drawing.{kind.lower()}")
    with Image.open(io.BytesIO(body)) as image:
        assert image.getchannel("A").getextrema() == (0, 255)
    for _ in range(4):
        surface["#turn"].click()
        expect(surface["#note"]).not_to_contain_text("Reading")
        surface.settled()
    surface.reads("47")


def test_file_that_cannot_be_opened_is_told_and_not_tried_again(visit: Open, tmp_path: Path) -> None:
    surface = visit()
    surface.expected += ["net::ERR_FILE_NOT_FOUND", "net::ERR_UPLOAD_FILE_CHANGED"]
    requests: list[str] = []
    surface.page.on("request", lambda request: requests.append(request.url))
    folder, photo = tmp_path / "scans", tmp_path / "photo.png"
    folder.mkdir()
    photo.write_bytes(png())

    def drop(*files: Path) -> None:
        data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            surface.protocol.send("Input.dispatchDragEvent", {"type": kind, "x": 400, "y": 300, "data": data})

    drop(folder)
    expect(surface["#problem"]).to_contain_text("scans cannot be read: it is a folder")
    expect(surface["#problem button"]).to_be_hidden()
    expect(surface["#picture"]).to_be_hidden()
    drop(folder, photo)
    expect(surface["#history li"]).to_have_count(2)
    expect(surface["#history li"].last).to_contain_text("folder")
    drop(photo)
    surface.reads("47")
    assert sum("/predict" in url for url in requests) == 2
    # Of the same size, so that only the time of the change tells.
    time.sleep(1.1)
    photo.write_bytes(png())
    surface[".why"].first.click()
    expect(surface["#note"]).to_contain_text("photo.png cannot be read")
    surface["#rows"].fill("1")
    surface["#columns"].fill("2")
    surface["#columns"].press("Enter")
    expect(surface["#problem"]).to_contain_text("photo.png cannot be read")
    surface.page.wait_for_timeout(1500)
    assert sum("/predict" in url for url in requests) == 3


def test_avif_is_converted_by_a_browser_that_shows_it_and_heic_is_sent_as_it_is(visit: Open) -> None:
    surface = visit()
    for kind, sent in ("AVIF", "image/jpeg"), ("HEIC", "image/heic"):
        with surface.page.expect_request("**/predict*") as request:
            hand_over(surface, "pick", encoded(Image.open(io.BytesIO(png())), kind), "page", f"image/{kind.lower()}")
        surface.reads("47")
        assert request.value.headers["content-type"] == sent
        surface["#clear"].click()


def test_picture_that_the_browser_cannot_show_is_read(visit: Open) -> None:
    surface = visit()
    hand_over(surface, "pick", png(kind="TIFF"), "scan.tif", "image/tiff")
    surface.reads("47")
    expect(surface[".card"]).to_have_count(2)


def test_corrected_mark_of_a_picture_is_kept_as_an_image(visit: Open) -> None:
    surface = visit()
    hand_over(surface, "pick", png())
    surface.reads("47")
    surface[".was"].first.select_option("9")
    surface.reads("97")
    kept = surface.page.evaluate("JSON.parse(localStorage.corrections)")
    image = Image.open(io.BytesIO(base64.b64decode(kept[0]["image"])))
    assert (kept[0]["label"], image.size, image.mode) == ("9", (28, 28), "L")


def test_photo(visit: Open) -> None:
    if not Path(SHARED / "photos").exists():
        pytest.skip("needs ../shared/data/photos")
    surface = visit(PHONE)
    surface["#camera"].set_input_files(SHARED / "photos" / "line-1.jpeg")
    expect(surface[".box"].first).to_be_visible()
    assert any(character.isdigit() for character in surface.settled())
    assert surface.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_pages_of_a_pdf_are_read(visit: Open) -> None:
    surface = visit()
    with Image.open(io.BytesIO(png())) as image:
        out = io.BytesIO()
        image.save(out, "PDF", save_all=True, append_images=[image])
    hand_over(surface, "pick", out.getvalue(), "scan.pdf", "application/pdf")
    surface.reads("47\n47")
    expect(surface.page.get_by_alt_text("This browser cannot show it, but it is read.")).to_be_visible()
    expect(surface["#zoom"]).to_be_disabled()
