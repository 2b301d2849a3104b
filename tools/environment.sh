#!/usr/bin/env bash
# environment.sh run|test: the Python environment in .venv, from the hash-locked list requirements/run.txt or test.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/step.sh

list="requirements/$1.txt"
python="${PYTHON:-python3}"
here=.venv/bin/python

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
has_pip() { "$here" -m pip --version >/dev/null 2>&1; }

command -v "$python" >/dev/null || refuse "python3 is missing: install Python 3.11 or later"
is_new_enough "$python" || refuse "$python is older than 3.11: set PYTHON to a newer one"

if ! { [ -x "$here" ] && is_new_enough "$here" && has_pip; }; then
  rm -rf .venv
  "$python" -c 'import ensurepip, venv' 2>/dev/null || install_debian "Python's venv module" python3-venv
  step "Python environment" "$python" -m venv .venv
fi
step "Python packages ($1)" "$here" -m pip install --require-hashes --no-input --disable-pip-version-check --root-user-action ignore -r "$list"
