/* SPDX-License-Identifier: MIT
 * The child process: the simulated device, from reset to reset. Boots, loads the image in slot-a as the library
 * that mcconfig made of the application, and is the screen that it runs on.
 * Source: Moddable SDK build/simulators/modules/screen.h and screen.c. */
#include "board.h"

#include "boot-step.h"
#include "environment.h"
#include "flash-file.h"
#include "library.h"
#include "loop.h"
#include "sockets.h"
#include "status.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { WIDTH = 240, HEIGHT = 320 };

/* The screen's callbacks, of which a device without a screen needs one. */

static void aborted(txScreen *screen, int status)
{
	(void)screen, (void)status;	/* the machine has printed why */
	_exit(XS_OTA_EXIT_CRASH);
}

static void nothing(txScreen *screen)
{
	(void)screen;
}

static void start(txScreen *screen, double interval)
{
	(void)screen, (void)interval;
}

static void post(txScreen *screen, char *message, int size)
{
	(void)screen, (void)message, (void)size;
}

static txScreen *new_screen(void)
{
	txScreen *screen = calloc(1, sizeof(txScreen) + WIDTH * HEIGHT * screenBytesPerPixel);

	if (!screen)
		xs_ota_crash("screen", "no memory");
	screen->abort = aborted;
	screen->bufferChanged = nothing;
	screen->formatChanged = nothing;
	screen->post = post;
	screen->start = start;
	screen->stop = nothing;
	screen->width = WIDTH;
	screen->height = HEIGHT;
	mxCreateMutex(&screen->workersMutex);
	return screen;
}

static void set_number(const char *name, uint32_t value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	setenv(name, text, 1);
}

/* What hosts/simulator/environment.c reads in the image. */
static void tell_image(const XsOtaOptions *options, XsOtaReset reason)
{
	uint32_t done = xs_ota_flash_file_operations();

	setenv(XS_OTA_ENV_FLASH, options->flash, 1);
	set_number(XS_OTA_ENV_RESET, reason);
	if (!options->sync)
		setenv(XS_OTA_ENV_NO_SYNC, "1", 1);
	if (options->cut > done) {
		set_number(XS_OTA_ENV_CUT, options->cut - done);
		set_number(XS_OTA_ENV_TEAR, options->tear);
	}
}

_Noreturn void xs_ota_board_run(const XsOtaOptions *options, XsOtaReset reason)
{
	XsOtaBootedImage image = xs_ota_boot_step(options);

	tell_image(options, reason);
	xs_ota_sockets_open();
	xs_ota_library_load(image)(new_screen());
	xs_ota_loop_run(xs_ota_port_feed_interval() / 2);
}
