# SPDX-License-Identifier: MIT
# xs-ota-linux: the XS runtime and the bootloader's core as a Linux process.

.PHONY: deps
deps: ## installs the Debian packages that are missing: compiler and Mbed TLS
	@sh toolchain/packages.sh gcc libc6-dev libmbedtls-dev

LINUX_XS_NAMES := All API Arguments Array Atomics BigInt Boolean Common DataView Date Debug Defaults Error Function \
	Generator Global JSON MapSet Marshall Math Memory Module Number Object Platforms Profile Promise Property Proxy \
	RegExp Run String Symbol Type dtoa re mc
LINUX_DEFINES := -DINCLUDE_XSPLATFORM -DXSPLATFORM='"xs-platform.h"' -DmxRun=1 -DmxNoConsole=1 -DmxMinusZero=1 \
	-DmxBoundsCheck=1 -DXS_OTA_PROGRAM='"xs-ota-linux"'
LINUX_INCLUDES := -Ibuild/linux/made -Ihosts/runtime -Ihosts/runtime/boot -Ihosts/common -Ihosts/linux -Ihosts/linux/process \
	-Itoolchain/bootloader

build/linux/made/natives.mk: manifest.json $(wildcard hosts/*.json hosts/*/*.json hosts/linux/*.[ct]* \
		hosts/common/*.[ct]* hosts/common/tls/*.[ct]* hosts/runtime/*.[ct]*) | build/node/toolchain/main.js
	$(TOOLCHAIN) natives --manifest hosts/linux/manifest.json --platform linux --out build/linux/made
	$(TOOLCHAIN) flash-map --manifest hosts/linux/flash.json --out build/linux/made/flash-map.c
	$(TOOLCHAIN) target --platform linux --out build/linux/made/target.c
	@touch $@
# Only the inner make needs it: `make` alone must build nothing.
ifneq ($(filter %/xs-ota-linux,$(MAKECMDGOALS)),)
include build/linux/made/natives.mk
endif

CRYPTO_SOURCES := $(addprefix hosts/common/,signature.c certificate-mbedtls.c crypto-mbedtls.c)
LINUX_SOURCES := $(sort $(wildcard hosts/runtime/*.c hosts/runtime/boot/*.c hosts/linux/process/*.c toolchain/bootloader/*.c) \
	$(NATIVE_SOURCES) $(CRYPTO_SOURCES)) $(addprefix build/linux/made/,natives.c flash-map.c target.c)
LINUX_OUT := build/linux
LINUX_SANITIZE :=
LINUX_XS_SANITIZE :=
LINUX_OBJECTS := $(LINUX_XS_NAMES:%=$(LINUX_OUT)/xs/xs%.o) $(LINUX_SOURCES:%.c=$(LINUX_OUT)/objects/%.o)

$(LINUX_OUT)/xs/%.o: $(XS_DIR)/includes/xs.h hosts/runtime/xs-platform.h
	@mkdir -p $(@D)
	@$(SAY) "  CC  $@"
	$(QUIET)$(CC) $(XS_CFLAGS) $(LINUX_XS_SANITIZE) $(LINUX_DEFINES) -Ihosts/runtime $(XS_INCLUDES) -c $(XS_DIR)/sources/$*.c -o $@

$(LINUX_OUT)/objects/%.o: %.c $(XS_DIR)/includes/xs.h build/linux/made/natives.mk | deps
	@mkdir -p $(@D)
	@$(SAY) "  CC  $@"
	$(QUIET)$(CC) -O2 -g -std=gnu11 -Wall -Wextra -Werror -MMD -MP $(LINUX_SANITIZE) $(LINUX_DEFINES) $(LINUX_INCLUDES) \
		$(XS_INCLUDES:-I%=-isystem %) -c $< -o $@
-include $(LINUX_OBJECTS:.o=.d)

$(LINUX_OUT)/xs-ota-linux: $(LINUX_OBJECTS)
	@$(SAY) "  LD  $@"
	$(QUIET)$(CC) $(LINUX_SANITIZE) -o $@ $^ -lmbedtls -lmbedx509 -lmbedcrypto -lm

.PHONY: linux
linux: build/xsc/xsc build/linux/made/natives.mk ## builds the device as a Linux process, build/linux/xs-ota-linux
	@$(MAKE) --no-print-directory $(PARALLEL) $(LINUX_OUT)/xs-ota-linux

.PHONY: linux-asan
# XS shifts negative numbers, and is used as it comes: only its memory is watched.
linux-asan: ## the same with the address and undefined-behaviour sanitizers, build/linux-asan/xs-ota-linux
	@$(MAKE) --no-print-directory linux LINUX_OUT=build/linux-asan \
		LINUX_XS_SANITIZE='-fsanitize=address -DmxASANStackMargin=131072' \
		LINUX_SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined -DmxASANStackMargin=131072'
