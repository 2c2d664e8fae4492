# SPDX-License-Identifier: MIT
# xs-ota-simulator: the device that images for the Moddable simulator run on, as a process.

SIMULATOR_SOURCES := $(wildcard hosts/simulator/process/*.c hosts/runtime/boot/*.c toolchain/bootloader/*.c) \
	$(patsubst %,hosts/linux/process/%.c,main options supervisor child watchdog boot-step flash-file) \
	hosts/runtime/flash-map.c $(addprefix hosts/simulator/,flash-partitions.c device-class.c)
SIMULATOR_INCLUDES := -Ihosts/simulator -Ihosts/linux/process -Ihosts/runtime -Ihosts/runtime/boot -Itoolchain/bootloader \
	-isystem $(MODDABLE)/build/simulators/modules
SIMULATOR_DEFINES := -DmxLinux=1 -DXS_OTA_PROGRAM='"xs-ota-simulator"'
SIMULATOR_OBJECTS := $(SIMULATOR_SOURCES:%.c=build/simulator/objects/%.o)

build/simulator/objects/%.o: %.c
	@mkdir -p $(@D)
	@$(SAY) "  CC  $@"
	$(QUIET)$(CC) -O2 -g -std=gnu11 -Wall -Wextra -Werror -MMD -MP $(SIMULATOR_DEFINES) $(SIMULATOR_INCLUDES) \
		$$(pkg-config --cflags-only-I gio-2.0 | sed s,-I,-isystem,g) -c $< -o $@
-include $(SIMULATOR_OBJECTS:.o=.d)

build/simulator/xs-ota-simulator: $(SIMULATOR_OBJECTS)
	@$(SAY) "  LD  $@"
	$(QUIET)$(CC) -o $@ $^ $$(pkg-config --libs gio-2.0) -lmbedcrypto -ldl
