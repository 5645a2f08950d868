# Every target says of itself what it does: make help.
GO        ?= go
BIN       := bin
LINT      := $(BIN)/golangci-lint
PLATFORMS := linux/amd64 linux/arm64 darwin/arm64 windows/amd64

.DEFAULT_GOAL := help
.PHONY: help check build packages format lint vet test fuzz soak oracle js browser generate generated tidy cross bench clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

check: FUZZTIME = 3s
check: generated tidy lint build vet cross test fuzz js browser ## Everything that CI checks; installs what it needs

build: ## Build bin/mockcloud
	$(GO) build -trimpath -o $(BIN)/mockcloud ./cmd/mockcloud

packages: ## Install the Debian packages that tests need: chromium, curl, xmlsec1
	@missing=; \
	command -v "$${CHROMIUM:-chromium}" >/dev/null || missing="$$missing chromium fonts-liberation"; \
	command -v xmlsec1 >/dev/null || missing="$$missing xmlsec1"; \
	command -v curl >/dev/null || missing="$$missing curl"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
		echo "The tests need these programs, and there is no apt-get to install them:$$missing." >&2; \
		echo "Install them as your system does that, so that they are found in PATH. CHROMIUM can name another Chromium." >&2; \
		exit 1; \
	fi; \
	if [ "$$(id -u)" != 0 ]; then \
		echo "The tests need these packages, and only root can install them. Run:" >&2; \
		echo "  sudo apt-get update && sudo apt-get install --yes --no-install-recommends$$missing" >&2; \
		exit 1; \
	fi; \
	apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $$missing

format: $(LINT) ## Format the code
	$(LINT) fmt

lint: $(LINT) ## Check format, style and the import floors
	$(LINT) run
	cd tools && ../$(LINT) run ./catalogue/...

$(LINT): tools/go.mod
	cd tools && $(GO) build -o ../$(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint

vet:
	$(GO) vet ./...
	cd tools && $(GO) vet ./catalogue/...

test: packages ## Run the Go tests with the race detector
	$(GO) test -race -timeout 25m ./...
	cd tools && $(GO) test ./catalogue/...

# Go's fuzzer now and then reports the end of its own time as a failure, "context
# deadline exceeded", without an input that fails. Only that is tried again.
fuzz: ## Fuzz the operations, and everything that parses a stranger's text: 20 s each, or FUZZTIME=5m
	@for target in $$(grep -rho --include='*_test.go' 'func Fuzz[A-Za-z0-9]*' internal | sort -u | cut -c6-); do \
		package=$$(grep -rl --include='*_test.go' "func $$target(" internal | head -n 1 | xargs dirname); \
		echo "fuzz $$package $$target"; \
		fuzz() { out=$$($(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x ./$$package 2>&1); code=$$?; echo "$$out"; return $$code; }; \
		late() { case "$$out" in *"Failing input"*) false;; *"context deadline exceeded"*) true;; *) false;; esac; }; \
		fuzz || { late && fuzz; } || exit 1; \
	done
FUZZTIME ?= 20s

soak: ## Run the tests of kill -9, hostile input and load for longer, some minutes each
	SOAK=1 $(GO) test -count 1 -timeout 60m -run 'Killed' ./cmd/mockcloud
	SOAK=1 $(GO) test -count 1 -timeout 60m -run 'Hostile|RandomSequences|TestLoad' ./internal/server
	SOAK=1 $(GO) test -race -count 1 -timeout 60m -run 'TestLoad' ./internal/server

oracle: ## Compare the languages of data actions with their originals (Java), on random input; installs those
	@missing=; \
	command -v javac >/dev/null || missing="$$missing default-jdk-headless"; \
	[ -e /usr/share/java/velocity.jar ] || missing="$$missing velocity"; \
	[ -e /usr/share/java/velocity-tools.jar ] || missing="$$missing libvelocity-tools-java"; \
	[ -e /usr/share/java/json-path.jar ] || missing="$$missing libjsonpath-java"; \
	if [ -n "$$missing" ]; then apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $$missing; fi
	$(GO) test -tags oracle -count 1 -run Oracle ./internal/velocity ./internal/jsonpath

js: build ## Run the official JavaScript SDK against the server
	cd clients/js && npm ci --no-audit --no-fund && npm test

browser: build packages ## Drive the login pages in headless Chromium
	cd clients/browser && npm ci --no-audit --no-fund && npm test

generate: ## Write the catalogue anew from the pinned source
	cd tools && $(GO) run ./catalogue

generated: ## Check that the committed catalogue is what the generator writes
	cd tools && $(GO) run ./catalogue -check

tidy: ## Check that go.mod and go.sum are tidy
	$(GO) mod tidy -diff
	cd tools && $(GO) mod tidy -diff

cross: ## Compile for the other systems
	@for p in $(PLATFORMS); do echo "build $$p"; GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build -o /dev/null ./cmd/mockcloud || exit 1; done

bench: ## Measure mockcloud and bare references side by side, in one run
	$(GO) run ./internal/bench

clean: ## Remove what was built
	rm -rf $(BIN) clients/js/node_modules clients/browser/node_modules clients/browser/screenshots
