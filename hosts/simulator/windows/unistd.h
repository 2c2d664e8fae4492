/* SPDX-License-Identifier: MIT
 * What the simulator's sources use of POSIX, over the C runtime of Windows. */
#ifndef XS_OTA_UNISTD_H
#define XS_OTA_UNISTD_H

#include <fcntl.h>
#include <io.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* With it files are opened, and none of them is text. */
#define O_CLOEXEC (_O_NOINHERIT | _O_BINARY)

typedef intptr_t ssize_t;

/* These two move the file's position, which nobody uses. */
static inline ssize_t pread(int fd, void *into, unsigned length, long offset)
{
	return _lseek(fd, offset, SEEK_SET) < 0 ? -1 : _read(fd, into, length);
}

static inline ssize_t pwrite(int fd, const void *bytes, unsigned length, long offset)
{
	return _lseek(fd, offset, SEEK_SET) < 0 ? -1 : _write(fd, bytes, length);
}

/* FlushFileBuffers: it waits for the disk, not only for its cache. */
static inline int fdatasync(int fd)
{
	return _commit(fd);
}

static inline int setenv(const char *name, const char *value, int overwrite)
{
	(void)overwrite;
	return _putenv_s(name, value);
}

#endif
