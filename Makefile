# Two commands matter: `make demo` and `make test`. Both set up what they need first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MODELS := .cache/models
PEERS := .venv-bench
# Processes of tests at once, a file in one of them. What calls and services are tested with is
# waiting for most of its time: a third process has a core's half to itself, where there are two.
TWO := --numprocesses 2 --dist loadfile
THREE := --numprocesses 3 --dist loadfile --no-loadscope-reorder

.PHONY: demo test check bench ingress speech redaction run setup system-packages lock

demo: $(VENV)/runtime.done
	$(BIN)/python deploy/demo.py

test: check system-packages
	$(BIN)/trunkline models fetch --dir $(MODELS)
	$(BIN)/python -m pytest $(THREE) tests/call tests/contract

check: $(VENV)/dev.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(TWO) tests/unit

# `make bench`: the appliance. `make bench ingress`: its gateway alone. `make bench speech`: its
# speech beside two peers. `make bench redaction`: what of spoken personal data is found, beside
# stock Presidio.
ifneq ($(filter speech,$(MAKECMDGOALS)),)
bench: $(VENV)/dev.done
speech: bench $(PEERS)/bench.done
	$(BIN)/trunkline models fetch --dir $(MODELS)
	$(BIN)/python -m tests.load.speech --peers $(PEERS)/bin/python --models $(MODELS)
else ifneq ($(filter redaction,$(MAKECMDGOALS)),)
bench: $(VENV)/dev.done
redaction: bench $(PEERS)/bench.done
	$(BIN)/trunkline models fetch --dir $(MODELS)
	$(BIN)/python -m tests.spoken_pii --peers $(PEERS)/bin/python --models $(MODELS)
	$(BIN)/python -m tests.load.redact_workers
else ifneq ($(filter ingress,$(MAKECMDGOALS)),)
bench: $(VENV)/dev.done
ingress: bench
	$(BIN)/python -m tests.load ingress
else
bench: $(VENV)/dev.done
	$(BIN)/python -m tests.load
endif

run: $(VENV)/runtime.done
	$(BIN)/trunkline up

setup: $(VENV)/dev.done

system-packages:
	deploy/test-packages.sh

lock:
	deploy/lock.sh

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime.done: deploy/locks/runtime.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r $<
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/dev.done: deploy/locks/dev.txt $(VENV)/runtime.done
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r $<
	touch $@

$(PEERS)/bench.done: deploy/locks/bench.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --require-hashes --no-deps -r $<
	touch $@
