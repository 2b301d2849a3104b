#!/usr/bin/env bash
# browsers.sh: the browsers that the tests drive.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/step.sh
command -v chromium >/dev/null || install_debian Chromium chromium fonts-dejavu-core
ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || install_debian "A clock for tests" faketime
