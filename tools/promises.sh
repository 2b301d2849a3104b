#!/usr/bin/env bash
# promises.sh: what `make test` tries small, at its full size; prints a row for docs/security.md for each.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0

.venv/bin/python -m tests.promises.long_fuzz || failed=1
PROMISES=full .venv/bin/python -m pytest -q -s --timeout 1800 tests/promises/test_guesses.py || failed=1
exit "$failed"
