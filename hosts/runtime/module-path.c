/* SPDX-License-Identifier: MIT */
#include "module-path.h"

#include <stdio.h>
#include <string.h>

/* Cuts the last part off a path: "a/b" becomes "a", "a" becomes "". False when there is none. */
static bool parent(char *path)
{
	char *slash = strrchr(path, '/');

	if (!path[0])
		return false;
	*(slash ? slash : path) = 0;
	return true;
}

static bool append(char *path, const char *name)
{
	size_t length = strlen(path);
	size_t room = XS_OTA_MODULE_PATH_SIZE - length;

	return snprintf(path + length, room, length ? "/%s" : "%s", name) < (int)room;
}

static void strip_extension(char *name)
{
	char *dot = strrchr(name, '.');

	if (dot && (strcmp(dot, ".js") == 0 || strcmp(dot, ".mjs") == 0))
		*dot = 0;
}

bool xs_ota_module_path(const char *importer, char *name, char *path)
{
	strip_extension(name);
	path[0] = 0;
	if (strncmp(name, "./", 2) != 0 && strncmp(name, "../", 3) != 0)
		return append(path, name);
	if (!append(path, importer) || !parent(path))
		return false;
	for (;;) {
		if (strncmp(name, "./", 2) == 0)
			name += 2;
		else if (strncmp(name, "../", 3) == 0) {
			name += 3;
			if (!parent(path))
				return false;
		}
		else
			return append(path, name);
	}
}
