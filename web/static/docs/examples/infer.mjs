const image = { name: "image", datatype: "UINT8", shape: [1, 28, 28], data: new Array(784).fill(0) };
const answer = await fetch("http://localhost:8000/v2/models/digits/infer", {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ id: "my-1", inputs: [image] }),
});
const result = await answer.json();
if (!answer.ok) throw new Error(result.error);

console.log(result.id, result.outputs[0].shape, result.outputs[0].data);
