// In a browser, take the file of an <input type="file">, or a canvas by canvas.toBlob(...).
import { openAsBlob } from "node:fs";

const form = new FormData();
form.append("image", await openAsBlob("photo.png"), "photo.png");
const answer = await fetch("http://localhost:8000/predict", { method: "POST", body: form });
const reading = await answer.json();
if (!answer.ok) throw new Error(reading.detail);

console.log(reading.text);
for (const { digit, sign, confidence, box } of reading.digits) {
  console.log(digit ?? sign ?? "neither digit nor sign", confidence, box);
}
