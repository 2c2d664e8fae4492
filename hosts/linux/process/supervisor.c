/* SPDX-License-Identifier: MIT
 * The parent process: power supply and watchdog of the device, which is its child. */
#include "supervisor.h"

#include "board.h"
#include "port.h"
#include "status.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A device that crashes at once must not eat a core. */
enum { CRASH_PAUSE_MS = 200 };

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop };	/* no SA_RESTART: poll must end */

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* In the child: the device dies with its parent, and leaves signals from the terminal to it. */
static _Noreturn void start_device(const XsOtaOptions *options, XsOtaReset reason, int feed)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	xs_ota_board_run(options, reason, feed);
}

typedef enum Watch { WATCH_ENDED, WATCH_HANGS, WATCH_STOPPED } Watch;

/* Waits until the device closes its end of the pipe, or does not feed the watchdog in time. */
static Watch watch(int feed, uint32_t timeout)
{
	struct pollfd fd = { feed, POLLIN, 0 };
	char bytes[64];

	for (;;) {
		int count = poll(&fd, 1, (int)timeout);

		if (stopped)
			return WATCH_STOPPED;
		if (count == 0)
			return WATCH_HANGS;
		if (count > 0 && read(feed, bytes, sizeof(bytes)) <= 0)
			return WATCH_ENDED;
	}
}

/* Runs the device until it ends. False when it was stopped from outside. */
static bool run_once(const XsOtaOptions *options, XsOtaReset reason, int *status, bool *bitten)
{
	int feed[2];
	Watch watched;
	pid_t child;

	if (pipe(feed) != 0 || (child = fork()) < 0) {
		fprintf(stderr, XS_OTA_PROGRAM ": cannot start the device: %s\n", strerror(errno));
		exit(EXIT_FAILURE);
	}
	if (child == 0) {
		close(feed[0]);
		start_device(options, reason, feed[1]);
	}
	close(feed[1]);
	watched = watch(feed[0], options->watchdog);
	if (watched != WATCH_ENDED)
		kill(child, SIGKILL);
	while (waitpid(child, status, 0) < 0 && errno == EINTR)
		;
	close(feed[0]);
	*bitten = watched == WATCH_HANGS;
	return watched != WATCH_STOPPED;
}

static const char *reason_text(XsOtaReset reason)
{
	static const char *const texts[] = { "power-on", "software", "watchdog", "crash" };

	return texts[reason];
}

/* Why the device is to be reset. False when it is not: it was switched off, or cannot boot. */
static bool reset_reason(int status, bool bitten, XsOtaReset *reason)
{
	if (bitten)
		*reason = XS_OTA_RESET_WATCHDOG;
	else if (WIFSIGNALED(status) || WEXITSTATUS(status) == XS_OTA_EXIT_CRASH)
		*reason = XS_OTA_RESET_CRASH;
	else if (WEXITSTATUS(status) == XS_OTA_EXIT_SOFTWARE)
		*reason = XS_OTA_RESET_SOFTWARE;
	else if (WEXITSTATUS(status) == XS_OTA_EXIT_POWER_CUT)
		*reason = XS_OTA_RESET_POWER_ON;
	else
		return false;
	return true;
}

static void pause_after_crash(void)
{
	const struct timespec time = { 0, CRASH_PAUSE_MS * 1000000L };

	nanosleep(&time, NULL);
}

int xs_ota_supervise(XsOtaOptions *options)
{
	XsOtaReset reason = XS_OTA_RESET_POWER_ON;
	uint32_t resets = 0;
	int status;
	bool bitten;

	catch_signals();
	while (run_once(options, reason, &status, &bitten)) {
		if (!reset_reason(status, bitten, &reason))
			return WEXITSTATUS(status);
		if (WIFSIGNALED(status) && !bitten)
			fprintf(stderr, XS_OTA_PROGRAM ": the device died of signal %d\n", WTERMSIG(status));
		if (reason == XS_OTA_RESET_POWER_ON)
			options->cut = 0;
		if (resets++ == options->max_resets)
			return XS_OTA_EXIT_MAX_RESETS;
		fprintf(stderr, XS_OTA_PROGRAM ": reset (%s)\n", reason_text(reason));
		if (reason == XS_OTA_RESET_CRASH && !stopped)
			pause_after_crash();
	}
	return EXIT_SUCCESS;
}
