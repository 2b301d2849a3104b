#!/usr/bin/env bash
# check.sh: everything that can be seen without running the chat: style, types, imports, in Python and in TypeScript.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=()

check() { # NAME COMMAND...
  local name="$1"
  shift
  printf -- '--- %s\n' "$name"
  "$@" || failed+=("$name")
}

check "ruff check" .venv/bin/ruff check --quiet .
check "ruff format" .venv/bin/ruff format --check --quiet .
check "mypy" .venv/bin/mypy
check "import-linter" .venv/bin/lint-imports
check "tsc" tools/node.sh npm run --silent check

if ((${#failed[@]})); then
  printf 'check: failed: %s\n' "${failed[*]}" >&2
  exit 1
fi
