/* SPDX-License-Identifier: MIT
 * The event loop that the SDK's timers, promises and sockets are sources of on this system. */
#ifndef XS_OTA_LOOP_H
#define XS_OTA_LOOP_H

/* Runs it for as long as the process lives, and feeds the watchdog every so many milliseconds. */
_Noreturn void xs_ota_loop_run(double feed_interval);

#endif
