/* SPDX-License-Identifier: MIT
 * What the runtime needs of the machine under it. hosts/linux implements it over POSIX, the emulated
 * boards over their registers. One thread; no call may run JavaScript but xs_ota_port_wait. */
#ifndef XS_OTA_PORT_H
#define XS_OTA_PORT_H

#include <stddef.h>
#include <stdint.h>

/* Why a device is reset; the names are ResetReason's of pal/device.ts. */
typedef enum XsOtaReset {
	XS_OTA_RESET_POWER_ON,
	XS_OTA_RESET_SOFTWARE,
	XS_OTA_RESET_WATCHDOG,
	XS_OTA_RESET_CRASH
} XsOtaReset;

/* Milliseconds since an arbitrary start; never goes back. */
double xs_ota_port_now(void);

/* Sleeps for at most so many milliseconds, or until input or output is possible, and serves it. */
void xs_ota_port_wait(double milliseconds);

/* Tells the watchdog that the device is alive. */
void xs_ota_port_feed(void);

/* Longest time in milliseconds that may pass between two feeds without danger. */
double xs_ota_port_feed_interval(void);

/* One line of the application's console, without its end. */
void xs_ota_port_console(const char *line);

/* One line of the runtime's own log, without its end. */
void xs_ota_port_log(const char *line);

/* Why the device started. */
XsOtaReset xs_ota_port_reset_reason(void);

/* Random bytes that nobody can guess: keys are made of them. */
void xs_ota_port_random(void *into, size_t length);

/* Switches the device off. The status, 0..63, is for whoever started it. */
_Noreturn void xs_ota_port_power_off(int status);

/* Resets the device. */
_Noreturn void xs_ota_port_reset(XsOtaReset reason);

#endif
