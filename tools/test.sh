#!/usr/bin/env bash
# test.sh: every check and every test. Ends with pytest's own summary; fails when anything before it has failed.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0

tools/check.sh || failed=1
printf -- '--- browser tests\n'
tools/node.sh npm test --silent || {
  echo "browser tests: failed" >&2
  failed=1
}
printf -- '--- pytest\n'
((failed)) && echo "something before this has failed: see above" >&2
.venv/bin/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term-missing:skip-covered --durations=25 tests e2e || failed=1
exit "$failed"
