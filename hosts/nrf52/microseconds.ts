// SPDX-License-Identifier: MIT
import Time from "time";

const microseconds = (): number => native("xs_time_microseconds").call(undefined);

/** Monotonic time for hosts/runtime/clock.ts. The SDK's module of this name has none for nRF52. */
Object.defineProperty(Time, "microseconds", { enumerable: true, get: microseconds });
