#!/bin/sh
# Resolve pyproject.toml into the hashed lock files. Needs uv (pip install uv). Run from the root.
set -eu
compile() { uv pip compile --python-version 3.11 --universal --quiet \
    --generate-hashes --no-annotate --no-header "$@"; }
locks=deploy/locks
compile pyproject.toml --extra build --output-file $locks/runtime.txt
compile pyproject.toml --extra s3 --constraint $locks/runtime.txt --output-file $locks/s3.txt
compile pyproject.toml --extra build --extra s3 --extra pyvoip --extra dev \
    --constraint $locks/s3.txt --output-file $locks/dev.txt
compile pyproject.toml --extra pyannote --output-file $locks/pyannote.txt
compile tests/load/peers.txt --output-file $locks/bench.txt
compile tests/voiced/voices.txt --output-file $locks/voices.txt
