// SPDX-License-Identifier: MIT

/** Two hexadecimal digits a byte, lower case. */
export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");

/** The bytes that `hex` writes. */
export const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], digits => parseInt(digits, 16));
