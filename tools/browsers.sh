#!/usr/bin/env bash
# browsers.sh: the browsers that the tests drive, and the proxy that stands before the workers in one of them.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/step.sh
export RUNLEVEL=1 # what is installed is not started
command -v chromium >/dev/null || install_debian Chromium chromium fonts-dejavu-core
command -v firefox-esr >/dev/null || install_debian "Firefox ESR" firefox-esr
{ command -v WebKitWebDriver && command -v Xvfb; } >/dev/null || install_debian "WebKitGTK and a screen for it" webkit2gtk-driver xvfb
ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || install_debian "A clock for tests" faketime
PATH="$PATH:/usr/sbin" command -v nginx >/dev/null || install_debian nginx nginx-light
