#!/usr/bin/env bash
# audit.sh: asks the databases of known faults about every package of the locks. It needs a network with registries that answer audits, and
# says by name which of them could not be asked. Ends with 1 for a known fault, and when it could not ask: what was not done is not good.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=()

ask() { # NAME COMMAND...: the command's words, and what they mean
  local name="$1" said
  shift
  printf -- '--- %s\n' "$name"
  if said=$("$@" 2>&1); then
    printf '%s\n' "${said:-nothing is known}"
    return
  fi
  printf '%s\n' "$said" | tail -n 15
  if grep -qiE 'ConnectionError|Max retries|Name or service|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|timed out|could not be audited|not found on PyPI|audit endpoint' <<<"$said"; then
    failed+=("$name could not ask: no network, or a registry that answers no audits")
  else
    failed+=("$name found faults")
  fi
}

# audit.txt holds every package of run.txt and test.txt too. --strict: a package that could not be looked up is no package without faults.
ask "pip-audit: requirements/audit.txt" timeout 300 .venv/bin/pip-audit --strict --requirement requirements/audit.txt --require-hashes \
  --disable-pip --progress-spinner off
ask "npm audit: package-lock.json" timeout 120 tools/node.sh npm audit --audit-level=high

if ((${#failed[@]})); then
  printf 'audit: %s\n' "${failed[@]}" >&2
  exit 1
fi
