#!/usr/bin/env bash
# browser_packages.sh: what the browser files are built with, exactly as package-lock.json says; no package runs a script of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/step.sh
step "Browser packages" tools/node.sh npm ci --ignore-scripts --no-audit --no-fund
