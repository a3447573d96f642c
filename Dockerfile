# An image of the server: the Python interpreter and the modules that a running server needs, but no shell.
#   make image                       docker or podman, whichever is there
#   docker build --target slim .     the same with a shell, for debugging
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
ENV PYTHONDONTWRITEBYTECODE=1
COPY requirements/runtime.txt /build/
RUN python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-compile --root-user-action=ignore \
    --require-hashes --requirement /build/runtime.txt --target /packages
COPY artifacts /app/artifacts
COPY inference /app/inference
COPY web /app/web
COPY deploy/image /build/image
RUN python3 /build/image/collect.py /app /packages /image \
    && if [ -f /app/artifacts/page.int8.onnx ]; then rm /app/artifacts/page.onnx; fi \
    && python3 -m compileall -q --invalidation-mode unchecked-hash /app \
    && find /app -exec touch --no-dereference --date=@0 {} +

# The layers that seldom change: they stay the same if only the code or the model changes.
FROM scratch AS runtime
COPY --from=build /image /
ENV PATH=/usr/local/bin PYTHONPATH=/packages PYTHONUNBUFFERED=1 LANG=C.UTF-8 HOME=/tmp \
    ORT_DISABLE_TELEMETRY=1 HOST=0.0.0.0 PORT=8000
WORKDIR /app

# Fails the build if something that the server needs was left out.
FROM runtime AS check
COPY --from=build /build/image /exercise
COPY --from=build /app /app
RUN ["/usr/local/bin/python3", "/exercise/exercise.py", "/app"]

FROM ${BASE} AS slim
ENV PYTHONPATH=/packages PYTHONUNBUFFERED=1 ORT_DISABLE_TELEMETRY=1 HOST=0.0.0.0 PORT=8000
WORKDIR /app
COPY --from=build /image/packages /packages
COPY --from=build /app /app
USER 65532:65532
EXPOSE 8000
CMD ["python3", "-m", "web"]

FROM runtime
USER 65532:65532
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["/usr/local/bin/python3", "-ISc", "import os, socket; s = socket.create_connection(('127.0.0.1', int(os.environ.get('PORT') or 8000)), 4); s.sendall(b'GET /health/live HTTP/1.0\\r\\n\\r\\n'); raise SystemExit(b' 200 ' not in s.recv(64))"]
ENTRYPOINT ["/usr/local/bin/python3", "-m", "web"]
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG MODEL_VERSION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="digits" \
      org.opencontainers.image.description="Reads handwritten digits: drawn in the browser, photographed or scanned" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      digits.model.version="${MODEL_VERSION}"
# From `check`, so that the build depends on it.
COPY --from=check /app /app
