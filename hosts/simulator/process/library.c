/* SPDX-License-Identifier: MIT
 * The loader of libraries takes no memory: it gets a file, which goes when it has been loaded. */
#include "library.h"

#include "status.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { GZIP_ONLY = 16 + MAX_WBITS, BUFFER_SIZE = 64 * 1024 };

_Noreturn void xs_ota_crash(const char *what, const char *why)
{
	fprintf(stderr, XS_OTA_PROGRAM ": %s: %s\n", what, why);
	_exit(XS_OTA_EXIT_CRASH);
}

static _Noreturn void cannot_unpack(const char *why)
{
	xs_ota_crash("the image cannot be unpacked", why);
}

static void unpack(XsOtaBootedImage image, FILE *to)
{
	static uint8_t buffer[BUFFER_SIZE];
	z_stream stream = { .next_in = image.body, .avail_in = image.size };
	int status = inflateInit2(&stream, GZIP_ONLY);

	while (status == Z_OK) {
		stream.next_out = buffer;
		stream.avail_out = BUFFER_SIZE;
		status = inflate(&stream, Z_NO_FLUSH);
		if (fwrite(buffer, 1, BUFFER_SIZE - stream.avail_out, to) != BUFFER_SIZE - stream.avail_out)
			cannot_unpack(strerror(errno));
	}
	if (status != Z_STREAM_END)
		cannot_unpack(zError(status));
	inflateEnd(&stream);
}

/* The name of a new file with the library. */
static void unpack_to_file(XsOtaBootedImage image, char path[PATH_MAX])
{
	const char *folder = getenv("TMPDIR");
	FILE *file;
	int fd;

	snprintf(path, PATH_MAX, "%s/xs-ota-XXXXXX", folder ? folder : "/tmp");
	fd = mkstemp(path);
	if (fd < 0 || !(file = fdopen(fd, "wb")))
		cannot_unpack(strerror(errno));
	unpack(image, file);
	if (fclose(file) != 0)
		cannot_unpack(strerror(errno));
}

txScreenLaunchProc xs_ota_library_load(XsOtaBootedImage image)
{
	char path[PATH_MAX];
	txScreenLaunchProc launch;
	void *library;

	unpack_to_file(image, path);
	free(image.body);
	library = dlopen(path, RTLD_NOW);
	unlink(path);
	if (!library)
		xs_ota_crash("the image does not load", dlerror());
	launch = (txScreenLaunchProc)dlsym(library, "fxScreenLaunch");
	if (!launch)
		xs_ota_crash("the image was not made by mcconfig", dlerror());
	return launch;
}
