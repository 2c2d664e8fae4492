// SPDX-License-Identifier: MIT
// examples/thread as it is, and what it uses of its memory, five times a second. For controls it leaks what `leak` says.
import config from "mc/config";
import "thread";
import Timer from "timer";
import { crypto } from "xs-ota/common/crypto";
import { readMemoryUse } from "xs-ota/host/memory-use";

const leaks = Object.freeze({
  none: () => undefined,
  "XS heap": () => new Uint8Array(256),
  "C heap": () => Array.from({ length: 20 }, () => crypto.sha256()),
});
const leak = leaks[config["leak"] as keyof typeof leaks];
const kept: unknown[] = [];

Timer.repeat(() => {
  const leaked = leak();
  if (leaked !== undefined) kept.push(leaked);
  trace(`memory ${JSON.stringify(readMemoryUse())}\n`);
}, 200);
