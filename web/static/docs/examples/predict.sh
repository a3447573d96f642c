# Read a picture from a file: PNG, JPEG, WebP, GIF, BMP or TIFF.
curl -s http://localhost:8000/predict -F image=@photo.png

# The same with the picture as the whole body, and with the 28x28 images that the model saw.
curl -s 'http://localhost:8000/predict?inputs=1' -H 'Content-Type: image/png' --data-binary @photo.png
