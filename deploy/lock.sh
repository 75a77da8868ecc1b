#!/bin/sh
# Resolve pyproject.toml into the hashed lock files. Needs uv (pip install uv). Run from the root.
set -eu
compile() { uv pip compile pyproject.toml --python-version 3.11 --universal --quiet \
    --generate-hashes --no-annotate --no-header "$@"; }
compile --extra build --output-file deploy/locks/runtime.txt
compile --extra build --extra dev --constraint deploy/locks/runtime.txt --output-file deploy/locks/dev.txt
