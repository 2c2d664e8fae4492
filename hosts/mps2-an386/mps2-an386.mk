# SPDX-License-Identifier: MIT
# The Cortex-M4F board: QEMU's mps2-an386 with the memory of an nRF52840 and an external flash.

mps2-an386_CROSS := arm-none-eabi-
mps2-an386_CFLAGS := -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 --param=min-pagesize=0
mps2-an386_LDFLAGS := --specs=nano.specs -nostartfiles
mps2-an386_LIBC := hosts/bare-metal/newlib.c
mps2-an386_EXTRA := build/mps2-an386/boot-rom.bin
$(eval $(call BOARD_RULES,mps2-an386))

# Stack pointer and reset vector: what a chip's boot ROM would start the bootloader with.
build/mps2-an386/boot-rom.bin: build/mps2-an386/bootloader.bin
	head -c 8 $< > $@

.PHONY: mps2-an386
mps2-an386: build/xsc/xsc build/mps2-an386/made/natives.mk | deps-boards ## builds the Cortex-M4F board's firmware
	@$(MAKE) --no-print-directory $(PARALLEL) mps2-an386-firmware
