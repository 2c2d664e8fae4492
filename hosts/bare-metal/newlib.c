/* SPDX-License-Identifier: MIT
 * What newlib asks of a machine: a heap between the linker script's two symbols, and no files. */
#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>

#include "board.h"

extern char __heap_start[], __heap_end[];

void *_sbrk(ptrdiff_t increment);
int _write(int file, const char *bytes, int length);
int _read(int file, char *bytes, int length);
int _close(int file);
int _lseek(int file, int offset, int whence);
int _isatty(int file);
int _fstat(int file, struct stat *status);
int _kill(int process, int signal);
int _getpid(void);
void _exit(int status);

void *_sbrk(ptrdiff_t increment)
{
	static char *end = __heap_start;
	char *start = end;

	if (increment > __heap_end - end) {
		errno = ENOMEM;
		return (void *)-1;
	}
	end += increment;
	return start;
}

int _write(int file, const char *bytes, int length)
{
	(void)file;
	for (int i = 0; i < length; i++)
		xs_ota_board_console(bytes[i]);
	return length;
}

int _read(int file, char *bytes, int length)
{
	(void)file, (void)bytes, (void)length;
	return 0;
}

int _close(int file)
{
	(void)file;
	return -1;
}

int _lseek(int file, int offset, int whence)
{
	(void)file, (void)offset, (void)whence;
	return 0;
}

int _isatty(int file)
{
	(void)file;
	return 1;
}

int _fstat(int file, struct stat *status)
{
	(void)file;
	status->st_mode = S_IFCHR;
	return 0;
}

int _kill(int process, int signal)
{
	(void)process, (void)signal;
	return -1;
}

int _getpid(void)
{
	return 1;
}

void _exit(int status)
{
	(void)status;
	xs_ota_board_reset(XS_OTA_RESET_CRASH);
}
