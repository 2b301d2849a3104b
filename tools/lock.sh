#!/usr/bin/env bash
# lock.sh: requirements/*.txt anew: versions and hashes, no download address. `UPGRADE=--upgrade` takes newer versions.
set -euo pipefail
cd "$(dirname "$0")/../requirements"
uv=$(command -v ../.venv/bin/uv || command -v uv) || {
  echo "stopped: uv is missing: .venv/bin/pip install uv" >&2
  exit 1
}
for list in run test bench audit; do
  "$uv" pip compile "$list.in" --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url ${UPGRADE:-} -q -o "$list.txt"
done
