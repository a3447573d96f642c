# pip install "tritonclient[http]": sends the images as bytes, many times faster than JSON.
import numpy as np
from tritonclient.http import InferenceServerClient, InferInput

images = np.zeros((64, 28, 28), np.uint8)  # 0 = paper, 255 = ink, normalised as in MNIST
tensor = InferInput("image", list(images.shape), "UINT8")
tensor.set_data_from_numpy(images)
with InferenceServerClient("localhost:8000") as client:
    probabilities = client.infer("digits", [tensor]).as_numpy("probabilities")

print(probabilities.shape, probabilities.argmax(axis=1)[:10])
