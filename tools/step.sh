# step NAME COMMAND...: run a command, with a dot for every two seconds, how long it took, and its output only when it fails.
# The command is a process group of its own (set -m), and Ctrl-C goes to all of it: a shell in it would go on by itself, and npm does not hear TERM.
# Sourced by the other scripts.

step() {
  local name="$1" log started pid
  shift
  log=$(mktemp)
  started=$SECONDS
  printf '%s ...' "$name"
  set -m
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  set +m
  trap 'kill -INT -- -"$pid" 2>/dev/null; rm -f "$log"' EXIT
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - started > 0 && (SECONDS - started) % 2 == 0 && SECONDS != ${said:-0})); then
      said=$SECONDS
      printf '.'
    fi
  done
  if wait "$pid"; then
    printf ' %s s\n' "$((SECONDS - started))"
    rm -f "$log"
    trap - EXIT
  else
    printf ' failed\n'
    tail -n 40 "$log" >&2
    exit 1
  fi
}

refuse() {
  printf 'stopped: %s\n' "$*" >&2
  exit 1
}

is_root() { [ "$(id -u)" = 0 ]; }

install_debian() { # NAME PACKAGE...: as root, from Debian
  local name="$1"
  shift
  if ! is_root || ! command -v apt-get >/dev/null; then
    refuse "$name is missing: install it first (Debian: apt-get install $*)"
  fi
  step "$name, from Debian" sh -c "apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $*"
}
