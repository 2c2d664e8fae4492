/* SPDX-License-Identifier: MIT */
#include "xsAll.h"
#include "xsScript.h"

#include "bundle.h"

enum { HEADER_SIZE = 12, LINKED_HEADER_SIZE = 12, MODULE_HEADER_SIZE = 12 };

/* Where modules are, one behind the other. */
typedef struct Part {
	const uint8_t *bytes;
	size_t size;
} Part;

static struct {
	uint8_t *bytes;
	size_t size;
	size_t first;	/* offset of the first module */
	uint32_t count;
	bool linked;	/* symbols have their ids already: names say which */
	uint32_t prepared_count;	/* of these, at the end: they may be left out */
	uint32_t here;	/* how many modules are here */
} bundle;

/* The modules that were left out, while a machine is prepared. */
static Part lent;

static uint32_t read_u32(const uint8_t *bytes)
{
	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* The module at *offset, which moves to the next one. False when it does not fit, or its name has no end. */
static bool read_module(const Part *part, size_t *offset, XsOtaModule *module)
{
	const uint8_t *header = part->bytes + *offset;
	uint64_t name_size, size;

	if (part->size - *offset < MODULE_HEADER_SIZE)
		return false;
	name_size = read_u32(header);
	module->symbols_size = read_u32(header + 4);
	module->code_size = read_u32(header + 8);
	size = MODULE_HEADER_SIZE + name_size + module->symbols_size + module->code_size;
	if (size > part->size - *offset || name_size == 0 || header[MODULE_HEADER_SIZE + name_size - 1] != 0)
		return false;
	module->name = (const char *)header + MODULE_HEADER_SIZE;
	module->symbols = (int8_t *)header + MODULE_HEADER_SIZE + name_size;
	module->code = module->symbols + module->symbols_size;
	*offset += size;
	return true;
}

/* The names of a linked bundle: the id of the first, how many, and each with its final 0. */
typedef struct Names {
	txID first_id;
	uint32_t count;
	size_t offset;
} Names;

static bool read_names(Names *names)
{
	if (bundle.size < HEADER_SIZE + LINKED_HEADER_SIZE)
		return false;
	names->first_id = (txID)read_u32(bundle.bytes + HEADER_SIZE);
	names->count = read_u32(bundle.bytes + HEADER_SIZE + 4);
	names->offset = HEADER_SIZE + LINKED_HEADER_SIZE;
	return true;
}

/* The name at *offset, which moves to the next one; NULL when it has no end. */
static const char *read_name(size_t *offset)
{
	const char *name = (const char *)bundle.bytes + *offset;
	const char *end = memchr(name, 0, bundle.size - *offset);

	if (end)
		*offset += (size_t)(end - name) + 1;
	return end ? name : NULL;
}

static bool skip_names(void)
{
	Names names;

	bundle.first = HEADER_SIZE;
	bundle.prepared_count = 0;
	if (!bundle.linked)
		return true;
	if (!read_names(&names))
		return false;
	bundle.prepared_count = read_u32(bundle.bytes + HEADER_SIZE + 8);
	for (uint32_t i = 0; i < names.count; i++)
		if (!read_name(&names.offset))
			return false;
	bundle.first = names.offset;
	return true;
}

static Part modules_here(void)
{
	return (Part){ bundle.bytes + bundle.first, bundle.size - bundle.first };
}

static const char *check_modules(void)
{
	const Part part = modules_here();
	size_t offset = 0;
	XsOtaModule module;

	if (bundle.count == 0)
		return "no modules";
	if (bundle.prepared_count >= bundle.count)
		return "fewer modules than are to be prepared";
	for (bundle.here = 0; bundle.here < bundle.count && offset < part.size; bundle.here++)
		if (!read_module(&part, &offset, &module))
			return "a module is cut short";
	if (bundle.here != bundle.count && bundle.here != bundle.count - bundle.prepared_count)
		return "a module is missing";
	return offset == part.size ? NULL : "bytes after the last module";
}

const char *xs_ota_bundle_open(uint8_t *bytes, size_t size)
{
	static const uint8_t version[4] = { XS_MAJOR_VERSION, XS_MINOR_VERSION, sizeof(txID), XS_CODE_COUNT & 0xFF };

	if (size < HEADER_SIZE || (c_memcmp(bytes, "XSB1", 4) != 0 && c_memcmp(bytes, "XSL1", 4) != 0))
		return "not a bundle";
	if (c_memcmp(bytes + 4, version, sizeof(version)) != 0)
		return "made for another version of XS";
	bundle.bytes = bytes;
	bundle.size = size;
	bundle.linked = bytes[2] == 'L';
	bundle.count = read_u32(bytes + 8);
	return skip_names() ? check_modules() : "a name is cut short";
}

bool xs_ota_bundle_is_linked(void)
{
	return bundle.linked;
}

bool xs_ota_bundle_intern(txMachine *the)
{
	Names names;

	if (!bundle.linked || !read_names(&names))
		return true;
	if (the->keyIndex != names.first_id)
		return false;
	for (uint32_t i = 0; i < names.count; i++)
		if (fxNewNameX(the, (txString)read_name(&names.offset)) != (txID)(names.first_id + i))
			return false;
	return true;
}

const char *xs_ota_bundle_main(void)
{
	return (const char *)bundle.bytes + bundle.first + MODULE_HEADER_SIZE;
}

uint32_t xs_ota_bundle_prepared_count(void)
{
	return bundle.prepared_count;
}

size_t xs_ota_bundle_kept_size(void)
{
	const Part part = modules_here();
	size_t offset = 0;
	XsOtaModule module;

	for (uint32_t i = bundle.prepared_count; i < bundle.count; i++)
		read_module(&part, &offset, &module);
	return bundle.first + offset;
}

bool xs_ota_bundle_here_at(uint32_t number, XsOtaModule *module)
{
	const Part part = modules_here();
	size_t offset = 0;

	for (uint32_t i = 0; number < bundle.here && i <= number; i++)
		read_module(&part, &offset, module);
	return number < bundle.here;
}

void xs_ota_bundle_lend(const uint8_t *modules, size_t size)
{
	lent = (Part){ modules, size };
}

bool xs_ota_bundle_lends(const void *address)
{
	return (const uint8_t *)address >= lent.bytes && (const uint8_t *)address < lent.bytes + lent.size;
}

void xs_ota_bundle_lent_at(uint32_t number, XsOtaModule *module)
{
	size_t offset = 0;

	for (uint32_t i = 0; i <= number; i++)
		read_module(&lent, &offset, module);
}

static bool find_in(const Part *part, const char *name, XsOtaModule *module)
{
	size_t offset = 0;

	while (offset < part->size) {
		read_module(part, &offset, module);
		if (c_strcmp(module->name, name) == 0)
			return true;
	}
	return false;
}

bool xs_ota_bundle_find(const char *name, XsOtaModule *module)
{
	const Part here = modules_here();

	return find_in(&here, name, module) || find_in(&lent, name, module);
}
