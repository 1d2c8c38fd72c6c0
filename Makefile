# One door for everything: each target installs what it needs first.
PYTHON ?= python3
V := .venv/bin/python
.PHONY: run test check bench demo-lan check-model nightly lock fix install

run: install            ## start the program on a made-up clinic (a filmed tour where there is no display)
	$(V) -m ehr_desktop demo

test: install           ## the whole test suite: stories last, since they are many processes themselves
	QT_QPA_PLATFORM=$${QT_QPA_PLATFORM:-offscreen} $(V) -m pytest -n 2 --dist loadfile --ignore tests/stories
	QT_QPA_PLATFORM=$${QT_QPA_PLATFORM:-offscreen} $(V) -m pytest -n 2 --dist loadfile tests/stories

check: install          ## style, types and layers
	$(V) -m ruff check .
	$(V) -m ruff format --check .
	$(V) -m mypy
	PYTHONPATH=. .venv/bin/lint-imports

bench: install          ## the figures in the README, as JSON and as a table
	$(V) -m benchmarks

demo-lan: install       ## four workstations on a LAN of their own: join, book, kill, cut, heal
	$(V) -m ehr_desktop demo --lan

check-model: install    ## every state the agreement of four workstations can reach, with spin
	@command -v spin >/dev/null || apt-get install -qq -y spin gcc >/dev/null 2>&1 || true
	PYTHONPATH=. $(V) -m tests.simulation.spin_model

nightly: install check-model  ## what is too long for every change: 10,000 seeds in each world
	PYTHONPATH=. $(V) -m tests.simulation --seeds 10000
	PYTHONPATH=. $(V) -m tests.simulation --seeds 10000 --world synced
	PYTHONPATH=. $(V) -m tests.simulation --seeds 10000 --world stranded
	PYTHONPATH=. $(V) -m tests.mutation
	QT_QPA_PLATFORM=$${QT_QPA_PLATFORM:-offscreen} $(V) -m pytest -m ""
	$(V) -m benchmarks

fix: install            ## format and mend what can be mended by a program
	$(V) -m ruff check --fix .
	$(V) -m ruff format .

lock:                   ## write both lock files anew from pyproject.toml (needs uv)
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 --extra dev pyproject.toml -o requirements-dev.lock

install:
	@PYTHON=$(PYTHON) .ci/install
