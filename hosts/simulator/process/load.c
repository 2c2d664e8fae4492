/* SPDX-License-Identifier: MIT
 * The loader of libraries, over POSIX. It takes no memory: it gets a file, which goes when it has been loaded. */
#include "library.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The name of a new file with the library. */
static void unpack_to_file(XsOtaBootedImage image, char path[PATH_MAX])
{
	const char *folder = getenv("TMPDIR");
	FILE *file;
	int fd;

	snprintf(path, PATH_MAX, "%s/xs-ota-XXXXXX", folder ? folder : "/tmp");
	fd = mkstemp(path);
	if (fd < 0 || !(file = fdopen(fd, "wb")))
		xs_ota_library_cannot_unpack(strerror(errno));
	xs_ota_library_unpack(image, file);
}

txScreenLaunchProc xs_ota_library_load(XsOtaBootedImage image)
{
	char path[PATH_MAX];
	txScreenLaunchProc launch;
	void *library;

	unpack_to_file(image, path);
	library = dlopen(path, RTLD_NOW);
	unlink(path);
	if (!library)
		xs_ota_crash("the image does not load", dlerror());
	launch = (txScreenLaunchProc)dlsym(library, "fxScreenLaunch");
	if (!launch)
		xs_ota_crash("the image was not made by mcconfig", dlerror());
	return launch;
}
