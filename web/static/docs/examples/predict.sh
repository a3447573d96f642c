# Read a picture: PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF or HEIC.
curl -s http://localhost:8000/predict -F image=@photo.png

# Send the picture as the request body; also get the 28x28 images that the model saw.
curl -s 'http://localhost:8000/predict?inputs=1' -H 'Content-Type: image/png' --data-binary @photo.png
