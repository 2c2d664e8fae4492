# SPDX-License-Identifier: MIT
# The second stage of an nRF52840 that the Moddable SDK builds for. It needs no SDK; the application does.

# Of the external flash, where they are not the DK's: -DOTA_QSPI_SCK_PIN=… and the other five of qspi-pins.h
NRF52_PINS ?=
NRF52_OUT := build/nrf52
NRF52_CFLAGS := -mcpu=cortex-m4 -mthumb -mfloat-abi=soft --param=min-pagesize=0 -Os -g -ffunction-sections \
	-fdata-sections -fno-common -MMD -MP $(NRF52_PINS)
NRF52_INCLUDES := $(addprefix -I,hosts/nrf52/bootloader hosts/nrf52 hosts/bare-metal hosts/runtime hosts/runtime/boot \
	toolchain/bootloader)
NRF52_SOURCES := $(wildcard hosts/nrf52/bootloader/*.c toolchain/bootloader/*.c) $(addprefix hosts/, \
	$(addprefix nrf52/,flash.c external-flash.c flash-partitions.c device-class.c) \
	bare-metal/bootloader.c bare-metal/newlib.c runtime/boot/flash-port.c runtime/flash-map.c)
NRF52_OBJECTS := $(NRF52_SOURCES:%.c=$(NRF52_OUT)/%.o) $(BOOTLOADER_MBEDTLS:%=$(NRF52_OUT)/mbedtls/%.o)

$(NRF52_OUT)/mbedtls/%.o: $(MBEDTLS_DIR)/include/mbedtls/version.h hosts/bare-metal/mbedtls-bootloader.h
	@mkdir -p $(@D)
	@$(SAY) "  CC  $@"
	$(QUIET)arm-none-eabi-gcc $(NRF52_CFLAGS) -w -I$(MBEDTLS_DIR)/include -Ihosts/bare-metal \
		-DMBEDTLS_CONFIG_FILE='"mbedtls-bootloader.h"' -c $(MBEDTLS_DIR)/library/$*.c -o $@

$(NRF52_OUT)/%.o: %.c $(MBEDTLS_DIR)/include/mbedtls/version.h
	@mkdir -p $(@D)
	@$(SAY) "  CC  $@"
	$(QUIET)arm-none-eabi-gcc $(NRF52_CFLAGS) $(BOARD_WARNINGS) \
		-DMBEDTLS_CONFIG_FILE='"mbedtls-bootloader.h"' $(NRF52_INCLUDES) -isystem $(MBEDTLS_DIR)/include -c $< -o $@
-include $(NRF52_OBJECTS:.o=.d)

$(NRF52_OUT)/bootloader.elf: $(NRF52_OBJECTS) hosts/nrf52/bootloader/bootloader.ld
	@$(SAY) "  LD  $@"
	$(QUIET)arm-none-eabi-gcc $(NRF52_CFLAGS) --specs=nano.specs -nostartfiles -Wl,--gc-sections \
		-Wl,--no-warn-rwx-segments -Thosts/nrf52/bootloader/bootloader.ld -Wl,-Map=$(@:.elf=.map) $(filter %.o,$^) -o $@
$(NRF52_OUT)/bootloader.bin: $(NRF52_OUT)/bootloader.elf
	$(QUIET)arm-none-eabi-objcopy -O binary $< $@

.PHONY: deps-nrf52
deps-nrf52: ## installs the Debian packages that nrf52-bootloader needs
	@sh toolchain/packages.sh gcc-arm-none-eabi libnewlib-arm-none-eabi

.PHONY: nrf52-bootloader
nrf52-bootloader: deps-nrf52 ## builds the nRF52840's second stage: build/nrf52/bootloader.bin
	@$(MAKE) --no-print-directory $(NRF52_OUT)/bootloader.bin
	@arm-none-eabi-size $(NRF52_OUT)/bootloader.elf

.PHONY: certificate-native
certificate-native: build/certificate-native ## compiles the nRF52840's certificate reader with the sanitizers
build/certificate-native: test/native/certificate.c hosts/nrf52/certificate.c hosts/nrf52/certificate.h | deps
	@mkdir -p $(@D)
	gcc -std=c11 -g -O1 -Wall -Wextra -Wconversion -Werror -fsanitize=address,undefined -fno-sanitize-recover=all \
		-Ihosts/nrf52 -Ihosts/common $(filter %.c,$^) -o $@
