#!/usr/bin/env bash
# browsers.sh: the browsers that the tests drive.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/step.sh
command -v chromium >/dev/null || install_debian Chromium chromium fonts-dejavu-core
command -v firefox-esr >/dev/null || install_debian "Firefox ESR" firefox-esr
{ command -v WebKitWebDriver && command -v Xvfb; } >/dev/null || install_debian "WebKitGTK and a screen for it" webkit2gtk-driver xvfb
ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || install_debian "A clock for tests" faketime
