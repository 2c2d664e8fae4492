/* SPDX-License-Identifier: MIT
 * The device's process, on Windows. It is in a job that ends with its supervisor; it feeds the watchdog by an event. */
#include "child.h"

#include <windows.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* In the environment of the device: an XsOtaStart. */
static const char variable[] = "XS_OTA_DEVICE";

static HANDLE stopped;	/* an event: somebody wants this program to end */

static _Noreturn void fail(void)
{
	fprintf(stderr, XS_OTA_PROGRAM ": cannot start the device: error %lu\n", GetLastError());
	exit(EXIT_FAILURE);
}

static BOOL WINAPI stop(DWORD control)
{
	(void)control;
	return SetEvent(stopped);
}

void xs_ota_child_catch_signals(void)
{
	SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);	/* a device that crashes waits for nobody; it inherits this */
	stopped = CreateEvent(NULL, TRUE, FALSE, NULL);
	if (!stopped || !SetConsoleCtrlHandler(stop, TRUE))
		fail();
}

void xs_ota_child_pause(uint32_t milliseconds)
{
	WaitForSingleObject(stopped, milliseconds);
}

bool xs_ota_child_started(XsOtaStart *start)
{
	const char *text = getenv(variable);
	int reason;

	if (!text || sscanf(text, "%d %" SCNu32 " %d", &reason, &start->cut, &start->feed) != 3)
		return false;
	start->reason = (XsOtaReset)reason;
	start->life = -1;
	return true;
}

/* A job whose processes end when its last handle is closed, be it by the end of this process. */
static HANDLE new_job(void)
{
	JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
		.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	};
	HANDLE job = CreateJobObject(NULL, NULL);

	if (!job || !SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits)))
		fail();
	return job;
}

/* The device, in the job before it runs. Handles have 32 significant bits in any process. */
static HANDLE start_device(HANDLE job, const XsOtaStart *start)
{
	STARTUPINFO startup = {
		.cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES,
		.hStdInput = GetStdHandle(STD_INPUT_HANDLE), .hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE),
		.hStdError = GetStdHandle(STD_ERROR_HANDLE)
	};
	PROCESS_INFORMATION process;
	char text[64];

	snprintf(text, sizeof(text), "%d %" PRIu32 " %d", (int)start->reason, start->cut, start->feed);
	SetEnvironmentVariable(variable, text);
	if (!CreateProcess(NULL, GetCommandLine(), NULL, NULL, TRUE, CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP, NULL, NULL,
			&startup, &process))
		fail();
	if (!AssignProcessToJobObject(job, process.hProcess) || ResumeThread(process.hThread) == (DWORD)-1) {
		TerminateProcess(process.hProcess, EXIT_FAILURE);
		fail();
	}
	CloseHandle(process.hThread);
	return process.hProcess;
}

/* Waits until the device ends, or does not feed the watchdog in time. */
static XsOtaEndKind watch(HANDLE process, HANDLE feed, uint32_t timeout)
{
	const HANDLE handles[] = { process, stopped, feed };

	for (;;)
		switch (WaitForMultipleObjects(3, handles, FALSE, timeout)) {
		case WAIT_OBJECT_0:
			return XS_OTA_END_EXIT;
		case WAIT_OBJECT_0 + 1:
			return XS_OTA_END_STOPPED;
		case WAIT_OBJECT_0 + 2:
			break;
		default:
			return XS_OTA_END_HANGS;
		}
}

/* What became of a process that was watched so. An exception ends it with its own code, which is an error of NTSTATUS. */
static XsOtaEnd end_of(HANDLE process, XsOtaEndKind watched)
{
	DWORD status = 0;

	if (watched != XS_OTA_END_EXIT)
		TerminateProcess(process, EXIT_FAILURE);
	WaitForSingleObject(process, INFINITE);
	GetExitCodeProcess(process, &status);
	if (watched == XS_OTA_END_EXIT && status >= 0xc0000000u)
		watched = XS_OTA_END_SIGNAL;
	return (XsOtaEnd){ watched, (int)status };
}

XsOtaEnd xs_ota_child_run(char **command, XsOtaStart start, uint32_t timeout)
{
	SECURITY_ATTRIBUTES inherited = { .nLength = sizeof(inherited), .bInheritHandle = TRUE };
	HANDLE feed = CreateEvent(&inherited, FALSE, FALSE, NULL);
	HANDLE job = new_job();
	HANDLE process;
	XsOtaEnd end;

	(void)command;	/* Windows keeps it as one string */
	start.feed = (int)(intptr_t)feed;
	process = start_device(job, &start);
	end = end_of(process, watch(process, feed, timeout));
	CloseHandle(process);
	CloseHandle(feed);
	CloseHandle(job);
	return end;
}
