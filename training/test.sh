#!/usr/bin/env bash
# Runs the tests of training/ under Debian's Python, in a virtual environment made on first use.
set -euo pipefail
cd "$(dirname "$0")"
if ! cmp -s requirements.txt .venv/installed.txt; then
  [ -x .venv/bin/python ] || /usr/bin/python3 -m venv --system-site-packages .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.txt
  cp requirements.txt .venv/installed.txt
fi
exec .venv/bin/python -m pytest -q tests "$@"
