import json
from pathlib import Path
from urllib.request import Request, urlopen

picture = Path("photo.png").read_bytes()
request = Request("http://localhost:8000/predict", data=picture, headers={"Content-Type": "image/png"})
with urlopen(request) as answer:
    reading = json.load(answer)

print(reading["text"])
for mark in reading["digits"]:
    print(mark.get("sign", mark["digit"]), f"{mark['confidence']:.1%}", mark["box"])
