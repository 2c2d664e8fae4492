# SPDX-License-Identifier: MIT
# xs-ota-simulator: the device that images for the Moddable simulator run on, as a process.

# Of each system, as mcconfig names them: the loop that the SDK's modules need, and what they are not linked with themselves.
SIMULATOR_LOOP_lin := glib
SIMULATOR_DEFINES_lin := -DmxLinux=1
SIMULATOR_CFLAGS_lin = $$(pkg-config --cflags-only-I glib-2.0 | sed s,-I,-isystem,g)
SIMULATOR_LIBRARIES_lin = $$(pkg-config --libs gio-2.0)
SIMULATOR_LOOP_mac := core-foundation
SIMULATOR_LIBRARIES_mac := $(addprefix -framework ,Foundation CoreServices SystemConfiguration CoreWLAN) -lresolv -lobjc

SIMULATOR_OUT := build/simulator
SIMULATOR_SOURCES := $(addprefix hosts/simulator/process/,board.c library.c loop-$(SIMULATOR_LOOP_$(SDK_SYSTEM)).c) \
	$(wildcard hosts/runtime/boot/*.c toolchain/bootloader/*.c) \
	$(patsubst %,hosts/linux/process/%.c,main options supervisor child watchdog boot-step flash-file) \
	hosts/runtime/flash-map.c $(addprefix hosts/simulator/,flash-partitions.c device-class.c)
SIMULATOR_INCLUDES := -Ihosts/simulator -Ihosts/linux/process -Ihosts/runtime -Ihosts/runtime/boot -Itoolchain/bootloader \
	-isystem $(MODDABLE)/build/simulators/modules
SIMULATOR_DEFINES := $(SIMULATOR_DEFINES_$(SDK_SYSTEM)) -DXS_OTA_PROGRAM='"xs-ota-simulator"'
SIMULATOR_OBJECTS := $(SIMULATOR_SOURCES:%.c=$(SIMULATOR_OUT)/objects/%.o)

$(SIMULATOR_OUT)/objects/%.o: %.c
	@mkdir -p $(@D)
	@$(SAY) "  CC  $@"
	$(QUIET)$(CC) -O2 -g -std=gnu11 -Wall -Wextra -Werror -MMD -MP $(SIMULATOR_DEFINES) $(SIMULATOR_INCLUDES) \
		$(SIMULATOR_CFLAGS_$(SDK_SYSTEM)) -c $< -o $@
-include $(SIMULATOR_OBJECTS:.o=.d)

$(SIMULATOR_OUT)/xs-ota-simulator: $(SIMULATOR_OBJECTS)
	@$(SAY) "  LD  $@"
	$(QUIET)$(CC) -o $@ $^ $(SIMULATOR_LIBRARIES_$(SDK_SYSTEM)) -lmbedcrypto -lz
