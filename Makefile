# SPDX-License-Identifier: MIT
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.PHONY: help
help: ## lists the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-14s %s\n",$$1,$$2}' $(MAKEFILE_LIST)

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

.PHONY: demo
demo_board := $(if $(filter undefined,$(origin BOARD)),linux,$(BOARD))
demo: build $(demo_board) ## three updates on this machine: one succeeds, one is refused, one reverts; BOARD=… for another
	@node build/node/cli/main.js demo --board $(demo_board)

.PHONY: build
build: node_modules/.package-lock.json ## compiles the TypeScript for Node
	npx tsc -p .

.PHONY: package-device
package-device: build # the device's half of the npm package, which npm pack makes
	@rm -rf build/device
	npx tsc -p tsconfig.package.json
	node build/node/tools/package-device.js

.PHONY: check
check: build ## types, lint, format, parity
	npx tsc -p tsconfig.device.json
	node build/node/tools/parity.js
	npx eslint .
	npx prettier --check --log-level warn .

.PHONY: deps-bootloader
deps-bootloader: ## installs what bootloader-wasm needs
	@sh toolchain/packages.sh clang lld

bootloader_sources := $(wildcard toolchain/bootloader/*.[ch] toolchain/bootloader/wasm/*.[ch])
# $(call wasm,folder of the sources,result)
wasm = clang --target=wasm32 -std=c11 -O2 -Wall -Wextra -Wconversion -Werror -ffreestanding -mbulk-memory \
	-nostdlib -fno-builtin-memcmp -isystem $(1)/wasm -I$(1) -Wl,--no-entry \
	$(foreach file,boot counter decide image swap trailer wasm/port,$(1)/$(file).c) -o $(2)

.PHONY: bootloader-wasm
bootloader-wasm: build/bootloader.wasm build/mutants/compiled ## compiles the bootloader's core for the power-loss tests
build/bootloader.wasm: $(bootloader_sources) | deps-bootloader
	@mkdir -p $(@D)
	$(call wasm,toolchain/bootloader,$@)
build/mutants/compiled: $(bootloader_sources) test/power-loss/mutants.ts tools/bootloader-mutants.ts | deps-bootloader build
	node build/node/tools/bootloader-mutants.js
	@set -e; for mutant in build/mutants/*; do $(call wasm,$$mutant,$$mutant/bootloader.wasm); done
	@touch $@

.PHONY: bootloader-native
bootloader-native: build/bootloader-native ## compiles the bootloader with Mbed TLS and the sanitizers
build/bootloader-native: $(wildcard toolchain/bootloader/*.[ch]) test/native/bootloader.c | deps
	@mkdir -p $(@D)
	gcc -std=c11 -g -O1 -Wall -Wextra -Wconversion -Werror -fsanitize=address,undefined \
		-fno-sanitize-recover=all -Itoolchain/bootloader $(filter %.c,$^) -lmbedcrypto -o $@

# Node by itself leaves one processor free, which of two is half; and it waits for ever for a file that does not end.
node_test := node --test --test-concurrency=$$(nproc) --test-timeout=900000

.PHONY: test-unit
test-unit: build package-device bootloader-wasm bootloader-native certificate-native linux fuzzers ## unit, contract and power-loss tests on Node
	$(node_test) $$(find build/node/test -name '*.test.js' -not -path '*/e2e/*' -not -path '*/deep/*' -not -path '*/boards/*')

.PHONY: test-xs
test-xs: build linux ## unit and contract tests on the XS device
	node build/node/tools/test-xs.js

.PHONY: test-e2e
test-e2e: build linux ## whole updates on the XS device: the three acts, bad documents, bad networks
	$(node_test) build/node/test/e2e/*.test.js

BOARD ?= mps2-an386
emulated := mps2-an386 riscv-virt

.PHONY: deps-deep
deps-deep: ## installs what test-deep needs: a browser for the dashboard
	@sh toolchain/packages.sh chromium

# The longest, which by itself takes half of the time, stands apart: Node starts files in the order of their names, and it would be the last.
deep_tests := deep/* e2e/storms fuzz/* power-loss/[!u]* power-loss/update-* unit/agent-walk.node unit/download-cbor.node
.PHONY: deep-updates deep-others deep-boards
deep-updates: deep_files := power-loss/update
deep-others: deep_files := $(deep_tests)
deep-updates deep-others:
	DEEP=1 node --test --test-concurrency=$$(nproc) $(deep_files:%=build/node/test/%.test.js)
deep-boards:
	@for board in $(emulated); do DEEP=1 BOARD=$$board node --test --test-timeout=3600000 build/node/test/boards/power-cuts.test.js || exit; done

.PHONY: test-deep
test-deep: export COUNTS := build/counts-deep
test-deep: new-counts build deps-deep bootloader-wasm bootloader-native linux fuzzers $(emulated) ## what takes too long for every commit: power cut twice everywhere, large fleets
	@$(MAKE) --no-print-directory -j3 deep-updates deep-others deep-boards
	@node build/node/tools/counts.js deep $(COUNTS)

.PHONY: test-boards
test-boards: build $(BOARD) ## power cuts and flipped bits on the emulated board BOARD
	BOARD=$(BOARD) $(node_test) build/node/test/boards/*.test.js

.PHONY: test-target
test-target: build $(BOARD) ## every unit and contract test of test-xs on the emulated board BOARD
	BOARD=$(BOARD) node build/node/tools/test-board.js $(SUITES)

.PHONY: test-emulated
test-emulated: $(emulated:%=test-emulated-%) ## both emulated boards: test-boards and test-target

.PHONY: $(emulated:%=test-emulated-%)
$(emulated:%=test-emulated-%): test-emulated-%: build
	@$(MAKE) --no-print-directory test-boards BOARD=$*
	@$(MAKE) --no-print-directory test-target BOARD=$*

.PHONY: size
size: build $(BOARD) ## what the firmware of the emulated board BOARD takes: the figures of docs/size.md
	@BOARD=$(BOARD) node build/node/bench/figures.js

.PHONY: new-counts
new-counts:
	@mkdir -p build && rm -f $(COUNTS)

.PHONY: test
test: export COUNTS := build/counts
test: new-counts check test-unit test-xs test-e2e test-emulated ## everything that must hold before a commit
	@node build/node/tools/counts.js usual $(COUNTS)

include toolchain/xs.mk
include hosts/linux/linux.mk
include hosts/bare-metal/bare-metal.mk
include test/fuzz/fuzz.mk
include hosts/mps2-an386/mps2-an386.mk
include hosts/riscv-virt/riscv-virt.mk
include hosts/sdk/sdk.mk
include hosts/simulator/simulator.mk
include hosts/nrf52/nrf52.mk

.PHONY: clean
clean: ## removes what was built
	rm -rf build
