"""The main job in small: trained, exported, served, and a digit read over HTTP, each in a process of its own."""

import io
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.samples import small_mnist
from tests.servers import serving


def test_a_trained_and_exported_model_reads_a_posted_digit(exported_cnn: Path) -> None:
    data = small_mnist()
    with serving(MODEL_PATH=exported_cnn / "model.onnx") as server:
        right = 0
        for image, label in zip(data["x_test"][:50], data["y_test"][:50], strict=True):
            large = Image.fromarray(255 - image).resize((280, 280), Image.Resampling.BICUBIC)
            canvas = Image.new("L", (500, 400), 255)
            canvas.paste(large, (150, 60))
            body = io.BytesIO()
            canvas.save(body, "PNG")
            answer = httpx.post(f"{server.url}/predict", files={"image": ("digit.png", body.getvalue(), "image/png")})
            assert answer.status_code == 200, answer.text
            reading = answer.json()
            assert reading["model"]["name"] == "digits-cnn"
            for digit in reading["digits"]:
                assert np.sum(digit["probabilities"]) == pytest.approx(1, abs=1e-3)
            best = [int(np.argmax(digit["probabilities"][:10])) for digit in reading["digits"]]
            right += best == [int(label)]
        assert right > 15, "far more than by chance, after seconds of training"


def test_the_server_process_maps_no_tensorflow(exported_cnn: Path) -> None:
    with serving(MODEL_PATH=exported_cnn / "model.onnx") as server:
        maps = Path(f"/proc/{server.process.pid}/maps")
        if not maps.exists():
            pytest.skip("this system has no /proc")
        assert httpx.get(f"{server.url}/").status_code == 200
        text = maps.read_text()
        assert "onnxruntime" in text
        assert "tensorflow" not in text
