// SPDX-License-Identifier: MIT
import { type Identity, readIdentity } from "xs-ota/common/identity";
import { SimFlash } from "./sim-flash.js";

/** What a device's own code reads from a `data` partition with these bytes. */
export function readProvisioned(bytes: Uint8Array): Identity {
  const { length: size } = bytes;
  const flash = new SimFlash({ size, blockSize: 4096, writeSize: 1, erasedByte: 0xff });
  flash.write(bytes, 0);
  return readIdentity(flash);
}
