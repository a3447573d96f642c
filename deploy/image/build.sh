#!/usr/bin/env bash
# Builds the image. usage: ENGINE=docker|podman IMAGE=name build.sh [more options for the build]
set -euo pipefail
cd "$(dirname "$0")/../.."

version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' inference/__init__.py)
# The card's heading is "# name version".
model_version=$(awk '/^# / { print $3; exit }' artifacts/MODEL_CARD.md 2>/dev/null || true)
revision=$(git rev-parse HEAD 2>/dev/null || true)
source=$(git remote get-url origin 2>/dev/null | grep '^https\?://' | sed -e 's|//[^/]*@|//|' -e 's|\.git$||' || true)

options=()
if [ "$(basename "$ENGINE")" = podman ]; then
  # The OCI format knows no HEALTHCHECK; chroot is the isolation that also works inside a container.
  options=(--format docker --isolation chroot)
  # Where pip reaches its packages through a mirror or a proxy, so must the build.
  for file in /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
    if [ -r "$file" ]; then options+=(--volume "$file:$file:ro"); fi
  done
fi
"$ENGINE" build ${options[@]+"${options[@]}"} --tag "$IMAGE" --build-arg VERSION="$version" \
  --build-arg REVISION="${revision:-unknown}" --build-arg MODEL_VERSION="${model_version:-unknown}" \
  --build-arg SOURCE="${source:-unknown}" "$@" .
