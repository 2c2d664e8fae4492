# SPDX-License-Identifier: MIT
# The RV32IMC board: QEMU's virt with the memory of an ESP32-C3 and a NOR flash that code runs from.

riscv-virt_CROSS := riscv64-unknown-elf-
riscv-virt_CFLAGS := -march=rv32imc -mabi=ilp32 -mcmodel=medlow --specs=picolibc.specs -DPICOLIBC_INTEGER_PRINTF_SCANF
# what runs while the flash cannot be read is loaded with the data
riscv-virt_LDFLAGS := -nostartfiles -Wl,--no-warn-rwx-segments
riscv-virt_LIBC := hosts/bare-metal/picolibc.c
$(eval $(call BOARD_RULES,riscv-virt))

.PHONY: riscv-virt
riscv-virt: build/xsc/xsc build/riscv-virt/made/natives.mk | deps-boards ## builds the RV32IMC board's firmware
	@$(MAKE) --no-print-directory $(PARALLEL) riscv-virt-firmware
