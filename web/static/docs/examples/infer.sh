# One empty image, 784 zeros, for the raw model.
printf '{"inputs": [{"name": "image", "datatype": "UINT8", "shape": [1, 28, 28], "data": [%s0]}]}' "$(printf '0,%.0s' {1..783})" |
  curl -s http://localhost:8000/v2/models/digits/infer -H 'Content-Type: application/json' -d @-
