// SPDX-License-Identifier: MIT
import type TimeModule from "time";

/** The module `time`, as far as it tells the time. Source: Moddable SDK modules/base/time. */
// prettier-ignore
const Time: Omit<typeof TimeModule, "set"> = Object.freeze({
  get microseconds(): number { return native("xs_time_microseconds").call(this); },
  get ticks(): number { return native("xs_time_ticks").call(this); },
});

export default Time;
