/* SPDX-License-Identifier: MIT
 * The child process: the simulated device, from reset to reset. Boots, loads the image in slot-a as the library
 * that mcconfig made of the application, and is the screen that it runs on.
 * Source: Moddable SDK build/simulators/modules/screen.h and screen.c. */
#include "board.h"

#include "boot-step.h"
#include "environment.h"
#include "flash-file.h"
#include "status.h"

#include <gio/gio.h>
#include <screen.h>

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { WIDTH = 240, HEIGHT = 320 };

static _Noreturn void crash(const char *what, const char *why)
{
	fprintf(stderr, XS_OTA_PROGRAM ": %s: %s\n", what, why);
	_exit(XS_OTA_EXIT_CRASH);
}

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
		crash("screen", "no memory");
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

/* The image's body is the library, as gzip. */
static void unpack(const XsOtaBootedImage *image, const char *path)
{
	GBytes *body = g_bytes_new_take(image->body, image->size);
	GConverter *gunzip = G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP));
	GInputStream *from
		= g_converter_input_stream_new(g_memory_input_stream_new_from_bytes(body), gunzip);
	GFile *file = g_file_new_for_path(path);
	GError *error = NULL;
	GFileOutputStream *to = g_file_replace(file, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, &error);

	if (to)
		g_output_stream_splice(G_OUTPUT_STREAM(to), from, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, &error);
	if (error)
		crash("the image cannot be unpacked", error->message);
}

/* The loader of libraries takes no memory: it gets a file, which goes when it has been loaded. */
static txScreenLaunchProc load(const XsOtaBootedImage *image)
{
	char *path = NULL;
	int fd = g_file_open_tmp("xs-ota-XXXXXX", &path, NULL);
	txScreenLaunchProc launch;
	void *library;

	if (fd < 0)
		crash("the image cannot be unpacked", "no room for temporary files");
	close(fd);
	unpack(image, path);
	library = dlopen(path, RTLD_NOW);
	unlink(path);
	if (!library)
		crash("the image does not load", dlerror());
	launch = (txScreenLaunchProc)dlsym(library, "fxScreenLaunch");
	if (!launch)
		crash("the image was not made by mcconfig", dlerror());
	return launch;
}

static gboolean feed(gpointer unused)
{
	(void)unused;
	xs_ota_port_feed();
	return G_SOURCE_CONTINUE;
}

_Noreturn void xs_ota_board_run(const XsOtaOptions *options, XsOtaReset reason)
{
	XsOtaBootedImage image;

	image = xs_ota_boot_step(options);
	tell_image(options, reason);
	signal(SIGPIPE, SIG_IGN);	/* the SDK's sockets write to a peer that may have gone */
	setvbuf(stdout, NULL, _IOLBF, 0);
	g_timeout_add((guint)(xs_ota_port_feed_interval() / 2), feed, NULL);
	load(&image)(new_screen());
	g_main_loop_run(g_main_loop_new(NULL, FALSE));
	_exit(XS_OTA_EXIT_CRASH);
}
