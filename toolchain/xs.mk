# SPDX-License-Identifier: MIT
# The XS engine: its sources, and the bytecode compiler made from them. See docs/adr/0001.

XS_DIR := build/xs
TOOLCHAIN := node build/node/toolchain/main.js
XS_INCLUDES := -I$(XS_DIR)/includes -I$(XS_DIR)/platforms -I$(XS_DIR)/sources
# XS is used as it comes: its warnings are not ours to fix.
XS_CFLAGS := -O2 -w

# `make V=1` shows the compilers' command lines, otherwise a line for each file.
QUIET := $(if $(V),,@)
SAY := $(if $(V),true,echo)

# For an inner make that compiles: every processor, unless whoever called make has said how many.
PARALLEL = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

build/node/toolchain/main.js: $(wildcard toolchain/*.ts) node_modules/.package-lock.json
	npx tsc -p .
	@touch $@

$(XS_DIR)/includes/xs.h: toolchain/xs-source.json | build/node/toolchain/main.js
	rm -rf $(XS_DIR)
	$(TOOLCHAIN) xs-source --out $(XS_DIR)
	@touch $@

XSC_XS_NAMES := BigInt Code Common dtoa Lexical re Scope Script SourceMap Syntaxical Tree
XSC_SOURCES := $(wildcard toolchain/xsc/*.c)
XSC_OBJECTS := $(XSC_XS_NAMES:%=build/xsc/xs%.o) $(XSC_SOURCES:toolchain/xsc/%.c=build/xsc/%.o)
XSC_DEFINES := -DmxCompile=1 -DmxParse=1

$(XSC_XS_NAMES:%=build/xsc/xs%.o): build/xsc/%.o: $(XS_DIR)/includes/xs.h
	@mkdir -p $(@D)
	@$(SAY) "  CC  $@"
	$(QUIET)$(CC) $(XS_CFLAGS) $(XSC_DEFINES) $(XS_INCLUDES) -c $(XS_DIR)/sources/$*.c -o $@

build/xsc/%.o: toolchain/xsc/%.c toolchain/xsc/xsc.h $(XS_DIR)/includes/xs.h
	@mkdir -p $(@D)
	@$(SAY) "  CC  $@"
	$(QUIET)$(CC) -O2 -Wall -Wextra -Werror $(XSC_DEFINES) $(XS_INCLUDES:-I%=-isystem %) -c $< -o $@

build/xsc/xsc: $(XSC_OBJECTS)
	@$(SAY) "  LD  $@"
	$(QUIET)$(CC) -o $@ $^ -lm

.PHONY: xsc
xsc: build/xsc/xsc ## builds the bytecode compiler from the sources of XS
