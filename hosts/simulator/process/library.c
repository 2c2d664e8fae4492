/* SPDX-License-Identifier: MIT
 * The image's body, unpacked. */
#include "library.h"

#include "status.h"

#include <errno.h>
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

_Noreturn void xs_ota_library_cannot_unpack(const char *why)
{
	xs_ota_crash("the image cannot be unpacked", why);
}

void xs_ota_library_unpack(XsOtaBootedImage image, FILE *to)
{
	static uint8_t buffer[BUFFER_SIZE];
	z_stream stream = { .next_in = image.body, .avail_in = image.size };
	int status = inflateInit2(&stream, GZIP_ONLY);

	while (status == Z_OK) {
		stream.next_out = buffer;
		stream.avail_out = BUFFER_SIZE;
		status = inflate(&stream, Z_NO_FLUSH);
		if (fwrite(buffer, 1, BUFFER_SIZE - stream.avail_out, to) != BUFFER_SIZE - stream.avail_out)
			xs_ota_library_cannot_unpack(strerror(errno));
	}
	if (status != Z_STREAM_END)
		xs_ota_library_cannot_unpack(zError(status));
	inflateEnd(&stream);
	free(image.body);
	if (fclose(to) != 0)
		xs_ota_library_cannot_unpack(strerror(errno));
}
