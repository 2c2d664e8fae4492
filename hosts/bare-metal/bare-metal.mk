# SPDX-License-Identifier: MIT
# The emulated boards: for each, a bootloader and the machine code of an application, from one set of sources.

.PHONY: deps-boards
deps-boards: ## installs the Debian packages that the emulated boards need
	@sh toolchain/packages.sh gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm \
		gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc

MBEDTLS_DIR := build/mbedtls
$(MBEDTLS_DIR)/include/mbedtls/version.h:
	sh hosts/bare-metal/mbedtls-source.sh $(MBEDTLS_DIR)

BOOTLOADER_MBEDTLS := asn1parse asn1write bignum constant_time ecdsa ecp ecp_curves md oid pk pk_wrap pkparse \
	platform_util sha256
APPLICATION_MBEDTLS := $(BOOTLOADER_MBEDTLS) aes base64 cipher cipher_wrap ecdh gcm hmac_drbg pem rsa rsa_internal \
	ssl_ciphersuites ssl_cli ssl_msg ssl_tls x509 x509_crt
BOARD_WARNINGS := -std=gnu11 -Wall -Wextra -Werror
BOARD_XS_DEFINES := -DINCLUDE_XSPLATFORM -DXSPLATFORM='"xs-platform.h"' -DmxRun=1 -DmxNoConsole=1 -DmxMinusZero=1 \
	-DmxBoundsCheck=1

# $(call BOARD_RULES,name): uses $(name)_CROSS, $(name)_CFLAGS, $(name)_LDFLAGS, $(name)_LIBC
define BOARD_RULES
$(1)_OUT := build/$(1)
$(1)_MADE := build/$(1)/made
$(1)_FLAGS := $$($(1)_CFLAGS) -Os -g -ffunction-sections -fdata-sections -fno-common -MMD -MP
$(1)_INCLUDES := -Ibuild/$(1)/made -Ihosts/$(1) -Ihosts/bare-metal -Ihosts/runtime -Ihosts/runtime/boot -Ihosts/common -Itoolchain/bootloader

build/$(1)/made/natives.mk: manifest.json hosts/manifest.json hosts/runtime/manifest.json hosts/bare-metal/manifest.json hosts/$(1)/manifest.json hosts/$(1)/flash.json \
		$$(wildcard hosts/common/*.[ct]* hosts/common/tls/*.[ct]* hosts/runtime/*.[ct]* hosts/bare-metal/*.ts) | build/node/toolchain/main.js
	$$(TOOLCHAIN) natives --manifest hosts/$(1)/manifest.json --platform $(1) --out build/$(1)/made
	$$(TOOLCHAIN) flash-map --manifest hosts/$(1)/flash.json --out build/$(1)/made/flash-map.c
	$$(TOOLCHAIN) target --platform $(1) --out build/$(1)/made/target.c
	sed 's/NATIVE_SOURCES/$(1)_NATIVES/' build/$(1)/made/natives.mk > $$@.new && mv $$@.new $$@
# Only the inner make needs it: `make` alone must build nothing.
ifneq ($$(filter $(1)-firmware build/$(1)/%,$$(MAKECMDGOALS)),)
include build/$(1)/made/natives.mk
endif

$(1)_BOARD_SOURCES := $$(wildcard hosts/$(1)/*.c) $$($(1)_LIBC)
$(1)_BOOTLOADER_SOURCES := $$($(1)_BOARD_SOURCES) hosts/bare-metal/bootloader.c hosts/bare-metal/fault.c hosts/runtime/boot/flash-port.c hosts/runtime/flash-map.c \
	$$(wildcard toolchain/bootloader/*.c) build/$(1)/made/flash-map.c build/$(1)/made/target.c
$(1)_APPLICATION_SOURCES := $$(sort $$($(1)_BOARD_SOURCES) $$(wildcard hosts/runtime/*.c) $$($(1)_NATIVES)) \
	hosts/bare-metal/application.c hosts/bare-metal/channel.c hosts/bare-metal/tcp-stream.c hosts/bare-metal/port.c \
	hosts/bare-metal/xs-defaults.c hosts/bare-metal/program.c hosts/bare-metal/prepared.c hosts/bare-metal/bytecode.c \
	hosts/bare-metal/keep.c hosts/bare-metal/pack.c hosts/bare-metal/prune.c hosts/bare-metal/prepare-main.c \
	hosts/bare-metal/stack-use.c hosts/bare-metal/fault.c hosts/bare-metal/time-of-day.c \
	$$(CRYPTO_SOURCES) build/$(1)/made/natives.c build/$(1)/made/flash-map.c build/$(1)/made/target.c
$(1)_BOOTLOADER_OBJECTS := $$($(1)_BOOTLOADER_SOURCES:%.c=build/$(1)/bootloader/%.o) \
	$$(BOOTLOADER_MBEDTLS:%=build/$(1)/bootloader/mbedtls/%.o)
$(1)_APPLICATION_OBJECTS := $$($(1)_APPLICATION_SOURCES:%.c=build/$(1)/application/%.o) \
	$$(APPLICATION_MBEDTLS:%=build/$(1)/application/mbedtls/%.o) $$(patsubst %,build/$(1)/xs/xs%.o,$$(filter-out Defaults,$$(LINUX_XS_NAMES)))

build/$(1)/xs/%.o: $$(XS_DIR)/includes/xs.h hosts/runtime/xs-platform.h
	@mkdir -p $$(@D)
	@$$(SAY) "  CC  $$@"
	$$(QUIET)$$($(1)_CROSS)gcc $$($(1)_FLAGS) -w $$(BOARD_XS_DEFINES) -Ihosts/runtime $$(XS_INCLUDES) -c $$(XS_DIR)/sources/$$*.c -o $$@

build/$(1)/bootloader/mbedtls/%.o: $$(MBEDTLS_DIR)/include/mbedtls/version.h hosts/bare-metal/mbedtls-bootloader.h
	@mkdir -p $$(@D)
	@$$(SAY) "  CC  $$@"
	$$(QUIET)$$($(1)_CROSS)gcc $$($(1)_FLAGS) -w -I$$(MBEDTLS_DIR)/include -Ihosts/bare-metal \
		-DMBEDTLS_CONFIG_FILE='"mbedtls-bootloader.h"' -c $$(MBEDTLS_DIR)/library/$$*.c -o $$@

build/$(1)/application/mbedtls/%.o: $$(MBEDTLS_DIR)/include/mbedtls/version.h hosts/bare-metal/mbedtls-application.h
	@mkdir -p $$(@D)
	@$$(SAY) "  CC  $$@"
	$$(QUIET)$$($(1)_CROSS)gcc $$($(1)_FLAGS) -w -I$$(MBEDTLS_DIR)/include -Ihosts/bare-metal \
		-DMBEDTLS_CONFIG_FILE='"mbedtls-application.h"' -c $$(MBEDTLS_DIR)/library/$$*.c -o $$@

build/$(1)/bootloader/%.o: %.c build/$(1)/made/natives.mk $$(MBEDTLS_DIR)/include/mbedtls/version.h
	@mkdir -p $$(@D)
	@$$(SAY) "  CC  $$@"
	$$(QUIET)$$($(1)_CROSS)gcc $$($(1)_FLAGS) $$(BOARD_WARNINGS) -DMBEDTLS_CONFIG_FILE='"mbedtls-bootloader.h"' \
		$$($(1)_INCLUDES) -isystem $$(MBEDTLS_DIR)/include -c $$< -o $$@

build/$(1)/application/%.o: %.c build/$(1)/made/natives.mk $$(XS_DIR)/includes/xs.h $$(MBEDTLS_DIR)/include/mbedtls/version.h
	@mkdir -p $$(@D)
	@$$(SAY) "  CC  $$@"
	$$(QUIET)$$($(1)_CROSS)gcc $$($(1)_FLAGS) $$(BOARD_WARNINGS) $$(BOARD_XS_DEFINES) \
		-DMBEDTLS_CONFIG_FILE='"mbedtls-application.h"' $$($(1)_INCLUDES) -isystem $$(MBEDTLS_DIR)/include \
		$$(XS_INCLUDES:-I%=-isystem %) -c $$< -o $$@
-include $$($(1)_BOOTLOADER_OBJECTS:.o=.d) $$($(1)_APPLICATION_OBJECTS:.o=.d)

build/$(1)/bootloader.elf: $$($(1)_BOOTLOADER_OBJECTS) hosts/$(1)/bootloader.ld hosts/$(1)/sections.ld
	@$$(SAY) "  LD  $$@"
	$$(QUIET)$$($(1)_CROSS)gcc $$($(1)_CFLAGS) $$($(1)_LDFLAGS) -Wl,--gc-sections -Thosts/$(1)/bootloader.ld -Wl,-Map=$$(@:.elf=.map) \
		$$(filter %.o,$$^) -o $$@
# The other one has everything elsewhere: what test/boards updates to.
build/$(1)/other/application.elf: $(1)_ORDER := -Wl,--sort-section=name
build/$(1)/application.elf build/$(1)/other/application.elf: $$($(1)_APPLICATION_OBJECTS) hosts/$(1)/application.ld hosts/$(1)/sections.ld
	@mkdir -p $$(@D)
	@$$(SAY) "  LD  $$@"
	$$(QUIET)$$($(1)_CROSS)gcc $$($(1)_CFLAGS) $$($(1)_LDFLAGS) $$($(1)_ORDER) -Wl,--gc-sections -Thosts/$(1)/application.ld -Wl,-Map=$$(@:.elf=.map) \
		$$(filter %.o,$$^) -lm -o $$@
build/$(1)/%.bin: build/$(1)/%.elf
	$$(QUIET)$$($(1)_CROSS)objcopy -O binary -R .prepare_rom $$< $$@
# What the emulator starts an application with to prepare its machine.
build/$(1)/prepare-rom.bin build/$(1)/other/prepare-rom.bin: %prepare-rom.bin: %application.elf
	$$(QUIET)$$($(1)_CROSS)objcopy -O binary -j .prepare_rom $$< $$@

.PHONY: $(1)-firmware
$(1)-firmware: build/$(1)/bootloader.bin $$(foreach folder,build/$(1) build/$(1)/other,$$(folder)/application.bin $$(folder)/prepare-rom.bin) \
		$$($(1)_EXTRA)
endef
