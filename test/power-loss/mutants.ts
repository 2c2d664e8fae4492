// SPDX-License-Identifier: MIT

/** A bootloader with one mistake in it, which the power-loss tests must notice. */
export interface Mutant {
  /** What it does wrong; also the name of its folder. */
  readonly name: string;
  /** In toolchain/bootloader; `find` stands in it once. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export const mutants: readonly Mutant[] = Object.freeze([
  {
    name: "records-a-step-before-it-is-done",
    file: "swap.c",
    find: "take_step(core, step, count) != 0 || record_step(core, step, count) != 0",
    replace: "record_step(core, step, count) != 0 || take_step(core, step, count) != 0",
  },
  {
    name: "sets-copy-done-before-the-last-block",
    file: "swap.c",
    find: "for (; step < 3 * count; step++) {",
    replace:
      "for (; step < 3 * count; step++) { if (step == 3 * count - 1 && set_flag(core, core->layout.slot[OTA_SLOT_A].copy_done) != 0) return OTA_FLASH_FAILED;",
  },
  {
    name: "sets-copy-done-before-image-ok",
    file: "swap.c",
    find: "(a.swap_type != OTA_SWAP_TEST && set_flag(core, at->image_ok) != 0)\n\t\t\t|| set_flag(core, at->copy_done) != 0",
    replace:
      "set_flag(core, at->copy_done) != 0 || (a.swap_type != OTA_SWAP_TEST && set_flag(core, at->image_ok) != 0)",
  },
  {
    name: "stays-on-trial-when-there-is-nothing-to-revert-to",
    file: "boot.c",
    find: "state.action == OTA_DO_REVERT && result->refused",
    replace: "state.action == OTA_DO_RESUME && result->refused",
  },
  {
    name: "erases-the-trailer-without-marking-the-revert",
    file: "boot.c",
    find: "reason == OTA_FINE && !requested",
    replace: "reason == OTA_FINE && !requested && type == OTA_SWAP_PERMANENT",
  },
  {
    name: "trusts-half-a-trailer-of-slot-b",
    file: "boot.c",
    find: "is_begun(&state->a) ? state->a.swap_type : OTA_SWAP_TEST",
    replace: "is_begun(&state->a) ? OTA_SWAP_TEST : OTA_SWAP_TEST",
  },
  {
    name: "forgets-to-set-image-ok-after-a-revert",
    file: "swap.c",
    find: "a.swap_type != OTA_SWAP_TEST && set_flag",
    replace: "a.swap_type == OTA_SWAP_PERMANENT && set_flag",
  },
  {
    name: "moves-blocks-from-the-first",
    file: "swap.c",
    find: "uint32_t index = count - 1 - step;",
    replace: "uint32_t index = step;",
  },
  {
    name: "starts-the-swap-over-after-a-reset",
    file: "swap.c",
    find: "if (done)\n\t\t\tbreak;",
    replace: "(void)done;",
  },
  {
    name: "gives-up-slot-b-before-slot-a-says-so",
    file: "swap.c",
    find: "if (ota_trailer_erase(core, OTA_SLOT_A) != 0\n",
    replace:
      "if (ota_trailer_erase(core, OTA_SLOT_B) != 0 || ota_trailer_erase(core, OTA_SLOT_A) != 0\n",
  },
  {
    name: "swaps-only-as-much-as-the-new-image-has",
    file: "boot.c",
    find: "a.size > size_b ? a.size : size_b",
    replace: "a.size > size_b ? size_b : size_b",
  },
  {
    name: "counts-a-torn-flag-as-unset",
    file: "trailer.c",
    find: "*set |= bytes[i] != core->port->geometry[area].erased_byte;",
    replace: "*set |= i == 0 && bytes[i] == 0x01;",
  },
  {
    name: "writes-without-erasing",
    file: "swap.c",
    find: "if (erase_swap_block(core, to, target) != 0)",
    replace: "if (target == UINT32_MAX && erase_swap_block(core, to, target) != 0)",
  },
  {
    name: "starts-slot-a-unverified",
    file: "boot.c",
    find: "OtaReason reason = ota_image_verify(core, OTA_SLOT_A, image);",
    replace: "OtaReason reason = ota_image_read(core, OTA_SLOT_A, image);",
  },
  {
    name: "accepts-any-signature",
    file: "image.c",
    find: "return search.verified ? OTA_FINE : OTA_NO_SIGNATURE;",
    replace: "return OTA_FINE;",
  },
  {
    name: "ignores-the-security-counter",
    file: "image.c",
    find: "reading->image->counter < stored ||",
    replace: "",
  },
  {
    name: "raises-the-security-counter-during-the-trial",
    file: "boot.c",
    find: "return !trial && !reverting",
    replace: "(void)trial;\n\treturn !reverting",
  },
  {
    name: "raises-the-security-counter-while-it-reverts",
    file: "boot.c",
    find: "|| (is_begun(&state->a) && state->a.swap_type == OTA_SWAP_REVERT)",
    replace: "",
  },
  {
    name: "never-raises-the-security-counter",
    file: "boot.c",
    find: "image.counter <= stored",
    replace: "image.counter > 0",
  },
  {
    name: "counts-a-stray-bit-in-the-counter",
    file: "counter.c",
    find: "#define SET_BITS 4u",
    replace: "#define SET_BITS 1u",
  },
  {
    name: "writes-over-a-stray-bit-in-the-counter",
    file: "counter.c",
    find: "if (bits == 0 && core->port->write",
    replace: "if (bits < SET_BITS && core->port->write",
  },
  {
    name: "leaves-a-refused-image-requested",
    file: "boot.c",
    find: "if (state.b.magic && result->refused != OTA_FLASH_FAILED",
    replace: "if (false && result->refused != OTA_FLASH_FAILED",
  },
]);
