# Two commands are enough: `make run` to try the chat out, `make test` to test it. Debian 12, Python 3.11, make.
# A stamp in .make/ says that a step is done; it is done again when what it stands on has changed.

OPEN ?= $(ALARM_OPEN)
BROWSER_SOURCES = package.json tsconfig.json tools/build.mjs tools/small.mjs $(shell find browser widget counsellor_ui -type f 2>/dev/null)

.PHONY: run build test faults bench bench-quick bench-wide bench-page bench-web evening screens pictures check promises audit mutants sbom docs lock clean
.DELETE_ON_ERROR:

run: .make/run .make/built ## everything on this machine; OPEN=always: without looking at the hours
	@ALARM_OPEN='$(OPEN)' exec .venv/bin/python -m server run

build: .make/built ## the browser files

test: .make/test .make/built .make/browsers .make/peers-node ## every check and every test
	@tools/test.sh

faults: .make/test .make/built ## the long run: every fault many times; writes docs/reliability.md
	@exec .venv/bin/python -u -m tests.faults.full

bench: .make/test .make/peers ## this chat beside others, about three quarters of an hour; writes docs/performance.md. BENCH_ONLY=saturated,ours chooses
	@exec .venv/bin/python -u -m bench.race

bench-quick: .make/test .make/peers-node ## the same for a moment, with one other: whether it runs
	@exec .venv/bin/python -u -m bench.race --quick

bench-wide: .make/test ## more workers, a Cluster, a million in the line; writes docs/scaling.md
	@.venv/bin/python -u -m bench.race --wide
	@exec .venv/bin/python -u -m bench.pairing

bench-page: .make/test ## the pages of both again, from what was measured
	@exec .venv/bin/python -m bench.race --page

bench-web: .make/test .make/built .make/browsers ## what the child's side costs a telephone; writes docs/performance-web.md
	@exec .venv/bin/python -m bench.web

evening: .make/test .make/built .make/browsers ## six counsellors, three talks each, forty who wait; writes docs/performance-web.md
	@exec .venv/bin/python -m bench.evening

screens: .make/test .make/built .make/browsers ## a picture of every screen, in every language, on phone and desktop, light and dark: e2e/screens/
	@exec .venv/bin/python -m bench.screens

pictures: .make/test .make/built .make/browsers ## the pictures of docs/counsellor-guide.md, taken anew: docs/images/guide/
	@exec .venv/bin/python -m bench.pictures

check: .make/test .make/packages ## style, types, imports
	@tools/check.sh

promises: .make/test .make/built ## the promises at their full size
	@tools/promises.sh

audit: .make/audit .make/packages ## asks the databases of known faults about every package of the locks; needs a network
	@tools/audit.sh

mutants: .make/audit .make/built ## breaks the rules in every small way and looks whether a test notices; writes docs/mutation.md
	@.venv/bin/python -m tests.promises.mutants

sbom: .make/test ## sbom.json: every package that the chat is made of, from the locks
	@.venv/bin/python tools/sbom.py

docs: .make/test ## what is made from the code: browser/frames.ts, the tables and drawings in docs/
	.venv/bin/python tools/frames_to_ts.py
	.venv/bin/python tools/draw_life.py
	.venv/bin/python tools/protocol_doc.py

lock: ## requirements/*.txt anew from requirements/*.in, with hashes (needs uv)
	@tools/lock.sh

clean: ## what was made, except the data folder
	rm -rf .make .venv built node_modules bench/peers/node_modules

.make/run: requirements/run.txt tools/environment.sh tools/step.sh
	@mkdir -p .make
	@tools/environment.sh run
	@touch $@

.make/test: requirements/test.txt .make/run
	@tools/environment.sh test
	@touch $@

.make/audit: requirements/audit.txt .make/test
	@tools/environment.sh audit
	@touch $@

.make/packages: package-lock.json package.json .make/run
	@tools/browser_packages.sh
	@touch $@

.make/built: $(BROWSER_SOURCES) .make/packages
	@tools/browser_files.sh
	@touch $@

.make/peers-node: bench/peers/package-lock.json tools/bench.sh .make/run
	@tools/bench.sh node
	@touch $@

.make/peers: bench/peers/package-lock.json requirements/bench.txt tools/bench.sh .make/run
	@tools/bench.sh all
	@touch $@

.make/browsers: tools/browsers.sh
	@mkdir -p .make
	@tools/browsers.sh
	@touch $@
