/* SPDX-License-Identifier: MIT
 * The event loop that the SDK's timers, promises and sockets are sources of on this system. */
#ifndef XS_OTA_LOOP_H
#define XS_OTA_LOOP_H

/* Before the application starts: what the SDK's sockets leave to the program. */
void xs_ota_loop_open(void);

/* Runs it for as long as the process lives, and feeds the watchdog every so many milliseconds. */
_Noreturn void xs_ota_loop_run(double feed_interval);

#endif
