# careline: `make demo` runs the whole system, `make test` proves it.
# Needs Go, Node and make; fetches the rest by itself.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo build test unit race lint fuzz bench generate clean node

# Folders whose npm packages the tests need.
NODE_FOLDERS := fhir/medplumlike cmd/careline/judge
FUZZTIME ?= 20s
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

help: ## list what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

demo: build ## run the whole system on this machine, nothing to configure
	@bin/careline demo

build: ## build bin/careline
	@echo "building careline (the first time takes a minute or two)"
	@go build -trimpath -ldflags "-X main.version=$(VERSION)" -o bin/careline ./cmd/careline

test: lint unit race ## everything: vet, lint, unit, integration (SQLite, two FHIR servers, Twilio's library), race
	@echo; echo "Used: $$(go version | cut -d' ' -f3), node $$(node --version), SQLite (in the binary),"
	@echo "      FHIR servers: fhirbox, @medplum/fhir-router $$(node -p "require('./fhir/medplumlike/package.json').dependencies['@medplum/fhir-router']")," \
	      "judge: twilio $$(node -p "require('./cmd/careline/judge/package.json').dependencies.twilio")"
	@echo "Left out: nothing."

unit: node ## unit and integration tests, in random order
	@go test -shuffle=on ./...

race: node ## the same under the race detector
	@go test -race ./...

lint: ## gofmt, go vet, staticcheck; the house rules are a test (house_test.go)
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "run gofmt -w on:" $$unformatted; exit 1; fi
	@go vet ./...
	@go tool staticcheck ./...
	@bash -n .ci/run

fuzz: ## each fuzz target for FUZZTIME (default 20s)
	@for p in $$(go list ./...); do \
		for f in $$(go test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
			echo "== $$p $$f"; go test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$p; \
		done; \
	done

bench: ## the figures of docs/performance.md, as ratios within one run
	@GOMAXPROCS=1 go test -run '^$$' -bench . -benchmem ./twilio ./store ./auth ./api
	@go test -run '^$$' -bench 'Serve' -benchtime 3x ./cmd/careline

generate: ## make generated files anew (the FHIR schema of the sandbox)
	@cd sandbox/fhirbox/schema && npm ci --no-audit --no-fund --silent && node generate.mjs

node: $(NODE_FOLDERS:%=%/node_modules/.package-lock.json)

%/node_modules/.package-lock.json: %/package-lock.json
	@echo "npm ci in $*"
	@cd $* && npm ci --no-audit --no-fund --silent
	@touch $@

clean: ## remove what was built and fetched
	@rm -rf bin $(NODE_FOLDERS:%=%/node_modules)
