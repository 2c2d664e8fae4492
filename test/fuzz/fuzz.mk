# SPDX-License-Identifier: MIT
# Coverage-guided fuzzers of what is written in C: clang's libFuzzer with the address and undefined-behaviour sanitizers.

FUZZERS := boot bundle certificate channel signature
FUZZ_OUT := build/fuzz
FUZZ_CC := clang -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Wall -Wextra -Werror

.PHONY: deps-fuzz
deps-fuzz: deps ## installs what the fuzzers need: clang and its runtime
	@sh toolchain/packages.sh clang libclang-rt-dev

# What each is made of, beside test/fuzz/native/<name>.c.
fuzz_boot := $(addprefix toolchain/bootloader/,boot.c counter.c decide.c image.c swap.c trailer.c)
fuzz_bundle := hosts/runtime/bundle.c hosts/runtime/link.c
fuzz_certificate := $(addprefix hosts/common/,signature.c certificate-mbedtls.c crypto-mbedtls.c)
fuzz_channel := $(addprefix hosts/bare-metal/,channel.c tcp-stream.c)
fuzz_signature := hosts/common/signature.c

fuzz_bundle_flags := $(LINUX_DEFINES) $(XS_INCLUDES:-I%=-isystem %) $(FUZZ_OUT)/xsCommon.o -Wl,--gc-sections -lm
fuzz_certificate_flags := -lmbedx509 -lmbedcrypto
FUZZ_INCLUDES := -Itoolchain/bootloader -Ihosts/common -Ihosts/bare-metal -Ihosts/runtime

# XS's table of opcodes; of the rest of the file nothing is linked.
$(FUZZ_OUT)/xsCommon.o: $(XS_DIR)/includes/xs.h | deps-fuzz
	@mkdir -p $(@D)
	$(QUIET)clang $(XS_CFLAGS) -ffunction-sections -fdata-sections $(LINUX_DEFINES) -Ihosts/runtime $(XS_INCLUDES) \
		-c $(XS_DIR)/sources/xsCommon.c -o $@

# $(call fuzz_compile,name,its sources,result)
fuzz_compile = $(FUZZ_CC) $(FUZZ_INCLUDES) test/fuzz/native/$(1).c $(2) $(fuzz_$(1)_flags) -o $(3)

FUZZ_DEPENDS := test/fuzz/fuzz.mk $(wildcard test/fuzz/native/*.c toolchain/bootloader/*.[ch] hosts/common/*.[ch] hosts/runtime/*.[ch] \
	hosts/bare-metal/*.[ch])

$(FUZZERS:%=$(FUZZ_OUT)/%): $(FUZZ_OUT)/%: $(FUZZ_DEPENDS) $(FUZZ_OUT)/xsCommon.o | deps-fuzz
	@$(SAY) "  CC  $@"
	$(QUIET)$(call fuzz_compile,$*,$(fuzz_$*),$@)

# One mistake for each fuzzer, which it must find: the file, and what sed does to it.
$(FUZZ_OUT)/planted-%: $(FUZZ_DEPENDS) test/fuzz/planted.txt $(FUZZ_OUT)/xsCommon.o | deps-fuzz
	@$(SAY) "  CC  $@"
	@mkdir -p $@.d
	$(QUIET)set -e; file=$$(awk -F'\t' '$$1 == "$*" { print $$2 }' test/fuzz/planted.txt); \
		sed "$$(awk -F'\t' '$$1 == "$*" { print $$3 }' test/fuzz/planted.txt)" "$$file" > "$@.d/$$(basename "$$file")"; \
		if cmp -s "$$file" "$@.d/$$(basename "$$file")"; then echo "planted.txt: nothing to change in $$file" >&2; exit 1; fi; \
		sources=$$(for source in $(fuzz_$*); do [ "$$source" = "$$file" ] && echo "$@.d/$$(basename "$$file")" || echo "$$source"; done); \
		$(call fuzz_compile,$*,$$sources,$@)

.PHONY: fuzzers
fuzzers: $(FUZZERS:%=$(FUZZ_OUT)/%) $(FUZZERS:%=$(FUZZ_OUT)/planted-%) ## compiles the fuzzers of the C code

FUZZ ?= boot
FUZZ_SECONDS ?= 600
.PHONY: fuzz
fuzz: $(FUZZ_OUT)/$(FUZZ) ## lets the fuzzer FUZZ (boot, bundle, certificate, channel, signature) search for FUZZ_SECONDS
	@mkdir -p $(FUZZ_OUT)/corpus/$(FUZZ)
	$(FUZZ_OUT)/$(FUZZ) -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 -artifact_prefix=$(FUZZ_OUT)/$(FUZZ)- \
		$(FUZZ_OUT)/corpus/$(FUZZ) test/fuzz/corpus/$(FUZZ)
