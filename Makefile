# careline: `make demo` runs the whole system, `make test` proves it.
# Needs Go, Node and make (the race detector also a C compiler); fetches the rest by itself.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo build web test unit race lint fuzz e2e soak bench generate clean node used dist

# Folders whose npm packages the tests need.
NODE_FOLDERS := web web/generate fhir/medplumlike cmd/careline/judge sandbox/pgbox/npm
# What the web app is built from.
WEB_SOURCES := $(shell find web/src web/public -type f) web/index.html web/vite.config.ts web/package-lock.json
FUZZTIME ?= 20s
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

help: ## list what can be made
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9]+):.*## /\1\t/' | expand -t 12

demo: build ## run the whole system on this machine, nothing to configure
	@bin/careline demo

build: web ## build bin/careline, with the web app in it
	@echo "building careline (the first time takes a minute or two)"
	@CGO_ENABLED=0 go build -trimpath -tags grpcnotrace -ldflags "-X main.version=$(VERSION)" -o bin/careline ./cmd/careline

web: web/dist/index.html ## build the clinician's app

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	@echo "building the web app"
	@cd web && npx vite build --logLevel warn
	@touch web/dist/.gitkeep

test: lint unit race e2e used ## everything: vet, lint, unit, integration (SQLite, Postgres, Pub/Sub, two FHIR servers, Twilio's library), race, web, browser

# What the tests ran on, and by name what this machine could not show. The tests
# of the two boxes say what they found.
used:
	@echo; echo "Used: $$(go version | cut -d' ' -f3), node $$(node --version), SQLite (in the binary),"
	@echo "      FHIR servers: fhirbox, @medplum/fhir-router $$(node -p "require('./fhir/medplumlike/package.json').dependencies['@medplum/fhir-router']")," \
	      "judge: twilio $$(node -p "require('./cmd/careline/judge/package.json').dependencies.twilio"),"
	@echo "      browser: $$(node web/e2e/browser.mjs --version)"
	@go test -v -run '^(TestWhich.*|TestPubSubPushes)$$' ./sandbox/pgbox ./sandbox/pubsubbox ./pubsub | sed -nE 's/^ +[a-z_]+\.go:[0-9]+: (Postgres|Pub\/Sub|left out)/      \1/p'
	@case "$$(node web/e2e/browser.mjs --version)" in \
		*npm*) echo "      left out: a microphone denied at the browser's own prompt (the npm browser has no prompts and denies by a flag)";; \
	esac
	@[ "$$(id -u)" = 0 ] || echo "      left out: the image's binary in an empty root (changing the root needs root)"
	@echo "      Whatever is not named as left out was tested."

unit: node web ## unit and integration tests, in random order; the web app's too
	@go test -shuffle=on -timeout 30m ./...
	@cd web && npx vitest run

race: node web ## the Go tests under the race detector
	@go test -race -timeout 30m ./...

e2e: build ## the browser tests: real Chromium, the real Voice SDK, real sound
	@node web/e2e/first-load.mjs
	@cd web && npx playwright test

lint: web/node_modules/.package-lock.json web/generate/node_modules/.package-lock.json ## gofmt, go vet, staticcheck, errcheck, tsc, biome; the house rules are a test (house_test.go)
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "run gofmt -w on:" $$unformatted; exit 1; fi
	@go vet ./...
	@cd deploy/dist && go vet ./...
	@for t in darwin/arm64 windows/amd64; do GOOS=$${t%/*} GOARCH=$${t#*/} CGO_ENABLED=0 go build -tags grpcnotrace ./cmd/careline ./store/sqlite; done
	@go tool staticcheck ./...
	@go tool errcheck -ignoretests -exclude errcheck.exclude ./...
	@bash -n .ci/run
	@cd web && npx tsc --noEmit && npx biome check --error-on-warnings .
	@cd web/generate && npx openapi-typescript ../../api/openapi.yaml --check -o ../src/api.ts >/dev/null || { echo "web/src/api.ts is not what api/openapi.yaml says: run make generate"; exit 1; }

dist: web ## what is released, into dist/: archives for Linux, macOS and Windows, a bill of materials, checksums
	@cd deploy/dist && go run . -version "$(VERSION)" -out ../../dist
	@ls dist

soak: build ## the long soak: 20,000 calls, 100,000 reports, on one, two and three instances, with everything restarted under load
	@go test -run '^TestSoak$$' -timeout 3h -v ./cmd/careline -soak.calls=20000 -soak.round=5000 -soak.outage=1m -soak.restarts=3

fuzz: ## each fuzz target for FUZZTIME (default 20s)
	@for p in $$(go list ./...); do \
		for f in $$(go test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
			echo "== $$p $$f"; go test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$p; \
		done; \
	done

bench: build ## the figures of docs/performance.md, as ratios within one run
	@GOMAXPROCS=1 go test -run '^$$' -bench . -benchmem -timeout 1h ./twilio ./store/... ./relay ./fhir ./auth ./api ./telemetry
	@GOMAXPROCS=1 go test -run '^$$' -bench 'Request' -benchmem ./cmd/careline
	@GOMAXPROCS=1 go test -run '^$$' -bench '^Benchmark(Keep|Push)$$' -benchtime 20000x ./pubsub
	@go test -run '^$$' -bench 'Serve' -benchtime 3x -timeout 30m ./cmd/careline
	@go test -run '^$$' -bench 'TwentyCalls|Rooms' -benchtime 1x ./sandbox/...
	@node web/e2e/first-load.mjs
	@node web/e2e/interactive.bench.mjs
	@node web/e2e/console.bench.mjs

generate: web/generate/node_modules/.package-lock.json ## make generated files anew (the FHIR schema of the sandbox, the app's API types)
	@cd web/generate && npm run --silent generate
	@cd sandbox/fhirbox/schema && npm ci --no-audit --no-fund --silent && node generate.mjs

node: $(NODE_FOLDERS:%=%/node_modules/.package-lock.json)

%/node_modules/.package-lock.json: %/package-lock.json
	@echo "npm ci in $*"
	@cd $* && npm ci --no-audit --no-fund --silent
	@touch $@

clean: ## remove what was built and fetched
	@rm -rf bin dist web/dist/assets web/dist/index.html web/artefacts web/e2e/chromium/unpacked web/e2e/chromium/node_modules sandbox/fhirbox/schema/node_modules $(NODE_FOLDERS:%=%/node_modules)
