# Everything here only calls CMake presets and scripts; CONTRIBUTING.md says how to do without make.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help build test demo parity bench soak asan tsan fuzz clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## the program: build/release/bin/fuseo1, and the link mergekit-yaml beside it
	@scripts/build.sh release fuseo1

test: ## every test that a push must pass; the last line counts them
	@scripts/test.sh release

demo: build ## fuse small reasoners and look at the result
	@scripts/demo.sh

parity: build ## compare with mergekit, live
	@scripts/parity.sh

bench: build ## speed and memory beside mergekit's and the machine's own
	@scripts/bench.sh

soak: build ## the long versions of the crash and identity tests
	@scripts/soak.sh

asan: ## the tests under the address and undefined behaviour sanitisers
	@scripts/test.sh asan

tsan: ## the tests under the thread sanitiser
	@scripts/test.sh tsan

fuzz: ## libFuzzer, some seconds for every parser
	@scripts/fuzz.sh

clean: ## remove build/ and demo/
	@rm -rf build demo
