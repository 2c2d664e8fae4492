/* SPDX-License-Identifier: MIT
 * A file that behaves like NOR flash: the flash driver of a device that is a process. What a call did survives when it returns. */
#include "flash-file.h"

#include "flash-driver.h"
#include "status.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
	int fd;
	bool sync;
	uint32_t operations;	/* writes and erases of a block so far */
	uint32_t cut;
	XsOtaTear tear;
} flash = { .fd = -1 };

const char *xs_ota_flash_file_open(const XsOtaOptions *options)
{
	struct stat status;

	flash.fd = open(options->flash, O_RDWR | O_CLOEXEC);
	if (flash.fd < 0 || fstat(flash.fd, &status) != 0)
		return "cannot be opened; make one with xs-ota device";
	if (status.st_size != (off_t)xs_ota_flash_map.size)
		return "has not the size of the flash map";
	flash.sync = options->sync;
	flash.cut = options->cut;
	flash.tear = options->tear;
	return NULL;
}

uint32_t xs_ota_flash_file_operations(void)
{
	return flash.operations;
}

/* Waits until the disk has it, not only its cache. */
static bool sync_file(void)
{
#ifdef F_FULLFSYNC
	return fcntl(flash.fd, F_FULLFSYNC) == 0;
#else
	return fdatasync(flash.fd) == 0;
#endif
}

static bool store(uint32_t offset, const uint8_t *bytes, uint32_t length)
{
	if (pwrite(flash.fd, bytes, length, offset) != (ssize_t)length)
		return false;
	return !flash.sync || sync_file();
}

/* Noise that is the same in every run, so that a failure can be repeated. */
static uint8_t noise(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (uint8_t)(*seed >> 24);
}

/* Leaves what the power cut leaves of storing `bytes`, and ends the process. */
static _Noreturn void lose_power(uint32_t offset, uint8_t *bytes, uint32_t length)
{
	uint32_t seed = flash.operations;

	switch (flash.tear) {
	case XS_OTA_TEAR_NONE:
		length = 0;
		break;
	case XS_OTA_TEAR_HALF:
		length /= 2;
		break;
	case XS_OTA_TEAR_GARBLED:
		for (uint32_t i = 0; i < length; i++)
			bytes[i] = noise(&seed);
		break;
	case XS_OTA_TEAR_ALL:
		break;
	}
	store(offset, bytes, length);
	_exit(XS_OTA_EXIT_POWER_CUT);
}

/* One operation on the flash: stores a copy of `bytes`, for the power cut may garble it. */
static XsOtaFlashStatus operate(uint32_t offset, uint8_t *bytes, uint32_t length)
{
	if (++flash.operations == flash.cut)
		lose_power(offset, bytes, length);
	return store(offset, bytes, length) ? XS_OTA_FLASH_FINE : XS_OTA_FLASH_DEVICE;
}

XsOtaFlashStatus xs_ota_flash_driver_read(uint32_t offset, void *into, uint32_t length)
{
	return pread(flash.fd, into, length, offset) == (ssize_t)length ? XS_OTA_FLASH_FINE : XS_OTA_FLASH_DEVICE;
}

static bool is_erased(const uint8_t *bytes, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++)
		if (bytes[i] != xs_ota_flash_map.erased_byte)
			return false;
	return true;
}

XsOtaFlashStatus xs_ota_flash_driver_write(uint32_t offset, const void *bytes, uint32_t length)
{
	uint8_t *copy = malloc(length);
	XsOtaFlashStatus status;

	if (!copy)
		return XS_OTA_FLASH_DEVICE;
	status = xs_ota_flash_driver_read(offset, copy, length);
	if (status == XS_OTA_FLASH_FINE && !is_erased(copy, length))
		status = XS_OTA_FLASH_NOT_ERASED;
	if (status == XS_OTA_FLASH_FINE) {
		memcpy(copy, bytes, length);
		status = operate(offset, copy, length);
	}
	free(copy);
	return status;
}

XsOtaFlashStatus xs_ota_flash_driver_erase(uint32_t offset)
{
	uint32_t length = xs_ota_flash_map.block_size;
	uint8_t *block = malloc(length);
	XsOtaFlashStatus status;

	if (!block)
		return XS_OTA_FLASH_DEVICE;
	memset(block, xs_ota_flash_map.erased_byte, length);
	status = operate(offset, block, length);
	free(block);
	return status;
}
