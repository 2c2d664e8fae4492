/* SPDX-License-Identifier: MIT
 * The device's process, over POSIX. It starts the program anew: after a fork alone, most of what macOS has must not be used. */
#include "child.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the environment of the device: an XsOtaStart. */
static const char variable[] = "XS_OTA_DEVICE";

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

void xs_ota_child_catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop };	/* no SA_RESTART: poll must end */

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static _Noreturn void fail(void)
{
	fprintf(stderr, XS_OTA_PROGRAM ": cannot start the device: %s\n", strerror(errno));
	_exit(EXIT_FAILURE);
}

/* In the child, which leaves signals from the terminal to its parent. */
static _Noreturn void start_device(char **command, const XsOtaStart *start)
{
	char text[64];

	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	snprintf(text, sizeof(text), "%d %" PRIu32 " %d %d", (int)start->reason, start->cut, start->feed, start->life);
	setenv(variable, text, 1);
	execvp(command[0], command);
	fail();
}

bool xs_ota_child_started(XsOtaStart *start)
{
	const char *text = getenv(variable);
	int reason;

	if (!text || sscanf(text, "%d %" SCNu32 " %d %d", &reason, &start->cut, &start->feed, &start->life) != 4)
		return false;
	start->reason = (XsOtaReset)reason;
	return true;
}

/* Waits until the device closes its end of the pipe, or does not feed the watchdog in time. */
static XsOtaEndKind watch(int feed, uint32_t timeout)
{
	struct pollfd fd = { feed, POLLIN, 0 };
	char bytes[64];

	for (;;) {
		int count = poll(&fd, 1, (int)timeout);

		if (stopped)
			return XS_OTA_END_STOPPED;
		if (count == 0)
			return XS_OTA_END_HANGS;
		if (count > 0 && read(feed, bytes, sizeof(bytes)) <= 0)
			return XS_OTA_END_EXIT;
	}
}

/* What became of a process that was watched so. */
static XsOtaEnd end_of(pid_t child, XsOtaEndKind watched)
{
	int status;

	if (watched != XS_OTA_END_EXIT)
		kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (watched == XS_OTA_END_EXIT && WIFSIGNALED(status))
		return (XsOtaEnd){ XS_OTA_END_SIGNAL, WTERMSIG(status) };
	return (XsOtaEnd){ watched, WEXITSTATUS(status) };
}

void xs_ota_child_pause(uint32_t milliseconds)
{
	poll(NULL, 0, (int)milliseconds);
}

XsOtaEnd xs_ota_child_run(char **command, XsOtaStart start, uint32_t timeout)
{
	int feed[2], life[2];
	XsOtaEnd end;
	pid_t child;

	if (pipe(feed) != 0 || pipe(life) != 0 || (child = fork()) < 0)
		fail();
	start.feed = feed[1];
	start.life = life[0];
	if (child == 0) {
		close(feed[0]);
		close(life[1]);
		start_device(command, &start);
	}
	close(feed[1]);
	close(life[0]);
	end = end_of(child, watch(feed[0], timeout));
	close(feed[0]);
	close(life[1]);
	return end;
}
