#!/usr/bin/env bash
# promises.sh: what `make test` tries small, at its full size; prints a row for docs/security.md for each.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0

.venv/bin/python -m tests.promises.long_fuzz || failed=1
PROMISES=full .venv/bin/python -m pytest -q -s --timeout 1800 -k "P7_guesses or P7_with or F1 or F2_the_line or F4_at or F7_a_child or W7_two" \
  tests/promises/test_guesses.py tests/paths/test_flood.py tests/paths/test_slow.py e2e/test_flood.py \
  e2e/test_text_stays_text.py || failed=1
exit "$failed"
