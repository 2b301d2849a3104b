#!/usr/bin/env bash
# browser_files.sh: build the browser files into built/.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/step.sh
step "Browser files" tools/node.sh npm run --silent build
