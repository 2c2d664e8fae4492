# SPDX-License-Identifier: MIT
# Applications built by the Moddable SDK's mcconfig. Nothing that `make demo` or `make test` does is here.

# What make flash and make monitor put on a board, and on which. SDK_ARGUMENTS go to mcconfig: ssid="…".
SDK_APPLICATION ?= examples/esp32-wifi
SDK_PLATFORM ?= esp32/nodemcu
SDK_ARGUMENTS ?=
SDK_OUT := $(CURDIR)/build/sdk
# This machine, as mcconfig names it.
SDK_SYSTEM := $(if $(filter Darwin,$(shell uname -s)),mac,lin)
# The SDK compiles TypeScript with the tsc on the path.
SDK_PATH := PATH="$(MODDABLE)/build/bin/$(SDK_SYSTEM)/release:$$PATH:$(CURDIR)/node_modules/.bin"
# $(call mcconfig,application,platform,target of mcconfig's makefile)
mcconfig = @mkdir -p $(SDK_OUT) && cd $(1) && $(SDK_PATH) mcconfig -m -p $(2) -t $(3) -o $(SDK_OUT) $(SDK_ARGUMENTS)

# What is missing is said first, before anything is installed or built.
.PHONY: needs-simulator needs-esp32 needs-nrf52
needs-simulator needs-esp32 needs-nrf52: needs-%:
	@sh hosts/sdk/check.sh $*

# The first part of SDK_PLATFORM: esp32, nrf52.
SDK_FAMILY := $(firstword $(subst /, ,$(SDK_PLATFORM)))

.PHONY: simulator
simulator: needs-simulator build ## builds the simulated device and examples/simulator; needs the Moddable SDK
	@$(MAKE) --no-print-directory build/simulator/xs-ota-simulator
	$(call mcconfig,examples/simulator,$(SDK_SYSTEM),build)
	@size build/simulator/xs-ota-simulator $(SDK_OUT)/bin/$(SDK_SYSTEM)/mc/release/simulator/mc.so

.PHONY: esp32
esp32: needs-esp32 build ## builds examples/esp32-wifi for SDK_PLATFORM; needs the Moddable SDK and ESP-IDF
	@rm -rf $(SDK_OUT)/bin/$(SDK_PLATFORM)/*/esp32-wifi # the SDK's build succeeds where ESP-IDF's does not
	$(call mcconfig,examples/esp32-wifi,$(SDK_PLATFORM),build)
	@ls -l $(SDK_OUT)/bin/$(SDK_PLATFORM)/*/esp32-wifi/xs_esp32.bin $(SDK_OUT)/bin/$(SDK_PLATFORM)/*/esp32-wifi/bootloader.bin

NRF52_APPLICATION ?= examples/nrf52-gateway
NRF52_PLATFORM = $(or $(filter nrf52/%,$(SDK_PLATFORM)),nrf52/dk)
.PHONY: nrf52
nrf52: needs-nrf52 build nrf52-bootloader ## builds NRF52_APPLICATION, examples/nrf52-gateway, for SDK_PLATFORM (nrf52/dk); needs the Moddable SDK and the nRF5 SDK
	$(call mcconfig,$(NRF52_APPLICATION),$(NRF52_PLATFORM),build)
	@ls -l $(SDK_OUT)/bin/$(NRF52_PLATFORM)/*/$(notdir $(NRF52_APPLICATION))/xs_nrf52.hex

.PHONY: flash
flash: needs-$(SDK_FAMILY) build ## builds SDK_APPLICATION for SDK_PLATFORM and puts it on the board, by the SDK
	$(call mcconfig,$(SDK_APPLICATION),$(SDK_PLATFORM),build)
	$(call mcconfig,$(SDK_APPLICATION),$(SDK_PLATFORM),deploy)

.PHONY: monitor
monitor: needs-$(SDK_FAMILY) ## shows what the board prints, by the SDK's xsbug
	$(call mcconfig,$(SDK_APPLICATION),$(SDK_PLATFORM),xsbug)

.PHONY: test-vectors
test-vectors: build # what the application in test/device verifies
	node build/node/tools/test-device.js

TEST_DEVICE := build/test-device
.PHONY: test-device
test-device: needs-simulator test-vectors ## the contract suites as an application of the Moddable SDK, in its simulator; needs the SDK
	@$(MAKE) --no-print-directory build/simulator/xs-ota-simulator
	@rm -f $(TEST_DEVICE)/*.pem
	node build/node/cli/main.js keys --out $(TEST_DEVICE)
	node build/node/cli/main.js build test/device/manifest.json --board simulator \
		--key $(TEST_DEVICE)/code-signing.key.pem --out $(TEST_DEVICE)/suites.img
	node build/node/cli/main.js device --board simulator --thing suites --flash $(TEST_DEVICE)/flash \
		--image $(TEST_DEVICE)/suites.img --cert $(TEST_DEVICE)/code-signing.cert.pem --plain-mqtt 127.0.0.1:1
