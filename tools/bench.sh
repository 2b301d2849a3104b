#!/usr/bin/env bash
# bench.sh node|all: what the benchmark stands on: a C compiler and the Node servers; all: the Python servers and nchan too.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/step.sh

command -v cc >/dev/null || install_debian "A C compiler" gcc libc6-dev
step "Servers to compare with (Node)" tools/node.sh npm ci --prefix bench/peers --ignore-scripts --no-audit --no-fund
[ "$1" = all ] || exit 0
python3 -m venv .make/bench
step "Servers to compare with (Python)" .make/bench/bin/python -m pip install --require-hashes --no-input --disable-pip-version-check --root-user-action ignore -r requirements/bench.txt
if [ ! -e /usr/lib/nginx/modules/ngx_nchan_module.so ] && is_root && apt-cache show libnginx-mod-nchan >/dev/null 2>&1; then
  install_debian nchan nginx-light libnginx-mod-nchan
fi
