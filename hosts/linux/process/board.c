/* SPDX-License-Identifier: MIT
 * The child process: the device, from reset to reset. Boots, loads the bundle from slot-a, and runs it. */
#include "board.h"

#include "boot-step.h"
#include "flash-file.h"
#include "flash-map.h"
#include "poller.h"
#include "run.h"
#include "status.h"

#if defined(__SANITIZE_ADDRESS__)
	#include <sanitizer/lsan_interface.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum { MEMORY_LIMIT = 64 * 1024 * 1024 };

static struct {
	XsOtaReset reason;
	int feed;
	double fed;	/* when */
	double feed_interval;
} board;

double xs_ota_port_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

void xs_ota_port_wait(double milliseconds)
{
	xs_ota_poller_wait(milliseconds);
}

double xs_ota_port_feed_interval(void)
{
	return board.feed_interval;
}

void xs_ota_port_feed(void)
{
	double now = xs_ota_port_now();

	if (now - board.fed < board.feed_interval / 2)
		return;
	board.fed = now;
	if (write(board.feed, "", 1) != 1)
		_exit(XS_OTA_EXIT_CRASH);	/* nobody is there to feed */
}

void xs_ota_port_console(const char *line)
{
	puts(line);
	fflush(stdout);
}

void xs_ota_port_log(const char *line)
{
	fprintf(stderr, XS_OTA_PROGRAM ": %s\n", line);
}

_Noreturn void xs_ota_port_reset(XsOtaReset reason)
{
	_exit(reason == XS_OTA_RESET_SOFTWARE ? XS_OTA_EXIT_SOFTWARE : XS_OTA_EXIT_CRASH);
}

XsOtaReset xs_ota_port_reset_reason(void)
{
	return board.reason;
}

void xs_ota_port_random(void *into, size_t length)
{
	uint8_t *bytes = into;

	while (length > 0) {
		ssize_t count = getrandom(bytes, length, 0);

		if (count < 0) {
			xs_ota_port_log("no random numbers");
			xs_ota_port_reset(XS_OTA_RESET_CRASH);
		}
		bytes += count;
		length -= (size_t)count;
	}
}

/* The sanitizer looks for leaks at exit(), which a device never comes to. */
static bool leaks(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return __lsan_do_recoverable_leak_check() != 0;
#else
	return false;
#endif
}

_Noreturn void xs_ota_port_power_off(int status)
{
	if (leaks())
		_exit(XS_OTA_EXIT_CRASH);
	_exit(status < 0 || status > XS_OTA_EXIT_APPLICATION_MAX ? XS_OTA_EXIT_APPLICATION_MAX : status);
}

/* The bundle, in memory of its own: the code is linked in place. */
static uint8_t *load(const XsOtaBootedImage *image)
{
	uint8_t *bytes = malloc(image->body_size);

	if (!bytes || xs_ota_flash_read(xs_ota_flash_find("slot-a"), image->body_offset, bytes, image->body_size)
			!= XS_OTA_FLASH_FINE) {
		xs_ota_port_log("slot-a cannot be read");
		xs_ota_port_reset(XS_OTA_RESET_CRASH);
	}
	return bytes;
}

_Noreturn void xs_ota_board_run(const XsOtaOptions *options, XsOtaReset reason, int feed)
{
	static const xsCreation creation = {
		.initialChunkSize = 256 * 1024, .incrementalChunkSize = 256 * 1024,
		.initialHeapCount = 16384, .incrementalHeapCount = 16384,
		.stackCount = 8192,
		.initialKeyCount = 2048, .incrementalKeyCount = 512,
		.nameModulo = 1993, .symbolModulo = 127
	};
	const char *problem = xs_ota_flash_file_open(options);
	XsOtaBootedImage image;

	if (problem) {
		fprintf(stderr, XS_OTA_PROGRAM ": %s: %s\n", options->flash, problem);
		_exit(XS_OTA_EXIT_USAGE);
	}
	board.reason = reason;
	board.feed = feed;
	board.feed_interval = options->watchdog / 4.0;
	if (!xs_ota_boot_step(&image))
		_exit(XS_OTA_EXIT_NOT_BOOTABLE);
	xs_ota_run(&(XsOtaProgram){
		.bundle = load(&image), .size = image.body_size, .creation = &creation, .memory_limit = MEMORY_LIMIT
	});
}
