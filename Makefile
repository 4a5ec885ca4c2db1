# `make demo` and `make test` are all a newcomer needs; both install what is missing and can be repeated.
SHELL := /bin/sh
CORPUS ?=
BENCHMARK ?= step-overhead
CONFORMA_POLICY ?=

.PHONY: demo test check format conformance bench setup setup-test help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## install what Assay needs to run: npm packages and a few of Debian's
	@scripts/setup.sh run

setup-test: ## what the tests need besides: skopeo, docker-registry, cosign
	@scripts/setup.sh test

demo: setup ## from source to a signed, verified, reproducible image
	@bin/assay-node examples/reproducible-go/demo/demo.ts $(DEMO)

test: setup-test check ## every test
	@bin/assay-node scripts/test.ts $(TESTS)

check: ## format, lint, types and import directions; needs `make setup` once
	@bin/assay-node scripts/check.ts

format: ## format and fix what can be fixed
	@node_modules/.bin/biome check --write .

conformance: setup-test ## other people's suites: make conformance CORPUS=dir CONFORMA_POLICY=dir, or one of them
	@bin/assay-node conformance/run.ts $(CORPUS) $(if $(CONFORMA_POLICY),--conforma-policy $(CONFORMA_POLICY))

bench: setup ## side-by-side measurements: make bench [BENCHMARK=rego] [BENCH=options]
	@bin/assay-node bench/$(BENCHMARK).ts $(BENCH)
