# SPDX-License-Identifier: MIT
.DEFAULT_GOAL := help
.PHONY: help
help: ## lists the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n",$$1,$$2}' $(MAKEFILE_LIST)

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

.PHONY: build
build: node_modules/.package-lock.json ## compiles the TypeScript for Node
	npx tsc -p .

.PHONY: check
check: build ## types, lint, format
	npx tsc -p tsconfig.device.json
	npx eslint .
	npx prettier --check --log-level warn .

.PHONY: test-unit
test-unit: build ## unit, contract and power-loss tests on Node
	node --test $$(find build/node/test -name '*.test.js' -not -path '*/e2e/*')

.PHONY: test
test: check test-unit ## everything that must hold before a commit

.PHONY: clean
clean: ## removes what was built
	rm -rf build
