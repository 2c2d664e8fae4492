// SPDX-License-Identifier: MIT

// prettier-ignore
const target = Object.freeze({
  deviceClass(): ArrayBuffer { return native("xs_otatarget_class").call(this); },
});

/** The class of this device, 16 bytes: the same that its bootloader compares an image's TLV 0x75 with. */
export const deviceClass = (): Uint8Array => new Uint8Array(target.deviceClass());
