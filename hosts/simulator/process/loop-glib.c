/* SPDX-License-Identifier: MIT
 * Linux: GLib's main loop. Source: Moddable SDK xs/platforms/lin_xs.c. */
#include "loop.h"

#include "port.h"
#include "status.h"

#include <glib.h>
#include <unistd.h>

static gboolean feed(gpointer unused)
{
	(void)unused;
	xs_ota_port_feed();
	return G_SOURCE_CONTINUE;
}

_Noreturn void xs_ota_loop_run(double feed_interval)
{
	g_timeout_add((guint)feed_interval, feed, NULL);
	g_main_loop_run(g_main_loop_new(NULL, FALSE));
	_exit(XS_OTA_EXIT_CRASH);
}
