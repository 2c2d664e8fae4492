/* SPDX-License-Identifier: MIT
 * Finds modules in the bundle, and links them into the machine when they are first imported. */
#include "xsAll.h"
#include "xsScript.h"

#include "loader.h"
#include "port.h"

enum { HEADER_SIZE = 12, MODULE_HEADER_SIZE = 12, PATH_SIZE = 256 };

typedef struct Module {
	const char *name;
	txByte *symbols;
	txByte *code;
	uint32_t symbols_size;
	uint32_t code_size;
} Module;

static struct {
	uint8_t *bytes;
	size_t size;
	size_t first;	/* offset of the first module */
	uint32_t count;
	bool linked;	/* symbols have their ids already: names say which */
} bundle;

static uint32_t read_u32(const uint8_t *bytes)
{
	return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* The module at *offset, which moves to the next one. False when it does not fit, or its name has no end. */
static bool read_module(size_t *offset, Module *module)
{
	const uint8_t *header = bundle.bytes + *offset;
	uint64_t name_size, size;

	if (bundle.size - *offset < MODULE_HEADER_SIZE)
		return false;
	name_size = read_u32(header);
	module->symbols_size = read_u32(header + 4);
	module->code_size = read_u32(header + 8);
	size = MODULE_HEADER_SIZE + name_size + module->symbols_size + module->code_size;
	if (size > bundle.size - *offset || name_size == 0 || header[MODULE_HEADER_SIZE + name_size - 1] != 0)
		return false;
	module->name = (const char *)header + MODULE_HEADER_SIZE;
	module->symbols = (txByte *)header + MODULE_HEADER_SIZE + name_size;
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
	if (bundle.size < HEADER_SIZE + 8)
		return false;
	names->first_id = (txID)read_u32(bundle.bytes + HEADER_SIZE);
	names->count = read_u32(bundle.bytes + HEADER_SIZE + 4);
	names->offset = HEADER_SIZE + 8;
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
	if (!bundle.linked)
		return true;
	if (!read_names(&names))
		return false;
	for (uint32_t i = 0; i < names.count; i++)
		if (!read_name(&names.offset))
			return false;
	bundle.first = names.offset;
	return true;
}

static const char *check_modules(void)
{
	size_t offset = bundle.first;
	Module module;

	if (bundle.count == 0)
		return "no modules";
	for (uint32_t i = 0; i < bundle.count; i++)
		if (!read_module(&offset, &module))
			return "a module is cut short";
	return offset == bundle.size ? NULL : "bytes after the last module";
}

const char *xs_ota_loader_open(uint8_t *bytes, size_t size)
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

bool xs_ota_loader_link(txMachine *the)
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

const char *xs_ota_loader_main(void)
{
	return (const char *)bundle.bytes + bundle.first + MODULE_HEADER_SIZE;
}

static bool find(const char *name, Module *module)
{
	size_t offset = bundle.first;

	for (uint32_t i = 0; i < bundle.count; i++) {
		read_module(&offset, module);
		if (c_strcmp(module->name, name) == 0)
			return true;
	}
	return false;
}

/* Cuts the last part off a path: "a/b" becomes "a", "a" becomes "". False when there is none. */
static bool parent(char *path)
{
	char *slash = c_strrchr(path, '/');

	if (!path[0])
		return false;
	*(slash ? slash : path) = 0;
	return true;
}

static bool append(char *path, const char *name)
{
	size_t length = c_strlen(path);

	return snprintf(path + length, PATH_SIZE - length, length ? "/%s" : "%s", name) < (int)(PATH_SIZE - length);
}

static void strip_extension(char *name)
{
	char *dot = c_strrchr(name, '.');

	if (dot && (c_strcmp(dot, ".js") == 0 || c_strcmp(dot, ".mjs") == 0))
		*dot = 0;
}

/* Resolves "./x" and "../x" against the importing module, as XS does. False when it leaves the root. */
static bool resolve(const char *importer, const char *name, char *path)
{
	path[0] = 0;
	if (c_strncmp(name, "./", 2) != 0 && c_strncmp(name, "../", 3) != 0)
		return append(path, name);
	if (!append(path, importer) || !parent(path))
		return false;
	for (;;) {
		if (c_strncmp(name, "./", 2) == 0)
			name += 2;
		else if (c_strncmp(name, "../", 3) == 0) {
			name += 3;
			if (!parent(path))
				return false;
		}
		else
			return append(path, name);
	}
}

txID fxFindModule(txMachine *the, txSlot *realm, txID moduleID, txSlot *slot)
{
	char name[PATH_SIZE];
	char path[PATH_SIZE];
	Module module;

	(void)realm;
	fxToStringBuffer(the, slot, name, sizeof(name));
	strip_extension(name);
	if (!resolve(moduleID == XS_NO_ID ? "" : fxGetKeyName(the, moduleID), name, path) || !find(path, &module))
		mxReferenceError("module \"%s\" not found", name);
	return fxNewNameX(the, (txString)module.name);
}

/* Gives the module's symbols ids of this machine. False when their list is malformed. */
static bool intern(txMachine *the, const Module *module, txID *ids, txID count)
{
	txByte *p = module->symbols + sizeof(txID);
	txByte *end = module->symbols + module->symbols_size;

	ids[0] = XS_NO_ID;
	for (txID i = 1; i < count; i++) {
		if (!memchr(p, 0, (size_t)(end - p)))
			return false;
		ids[i] = fxNewNameX(the, (txString)p);
		p += c_strlen((char *)p) + 1;
	}
	return true;
}

extern const txS1 gxCodeSizes[XS_CODE_COUNT];

/* Bytes that follow an opcode of variable length: a count of 1, 2 or 4 bytes, and what it counts. */
static uint64_t variable_size(const uint8_t *operand, int width)
{
	uint64_t count = operand[0];

	if (width >= 2)
		count |= (uint64_t)operand[1] << 8;
	if (width == 4)
		count |= (uint64_t)operand[2] << 16 | (uint64_t)operand[3] << 24;
	return width + count;
}

/* A function's body is run where it is, not copied into the heap: that is what CODE_ARCHIVE means. */
static txU1 in_place(txU1 opcode)
{
	switch (opcode) {
	case XS_CODE_CODE_1: return XS_CODE_CODE_ARCHIVE_1;
	case XS_CODE_CODE_2: return XS_CODE_CODE_ARCHIVE_2;
	case XS_CODE_CODE_4: return XS_CODE_CODE_ARCHIVE_4;
	default: return opcode;
	}
}

static bool link_id(txByte *operand, const txID *ids, txID count)
{
	txID id;

	c_memcpy(&id, operand, sizeof(id));
	if (id == XS_NO_ID)
		return true;
	if (id >= count)
		return false;
	c_memcpy(operand, &ids[id], sizeof(id));
	return true;
}

/* Replaces the bundle's symbol numbers in the code by ids of this machine. False when the code is malformed. */
static bool link_code(const Module *module, const txID *ids, txID count)
{
	uint64_t offset = 0;

	while (offset < module->code_size) {
		txByte *p = module->code + offset;
		uint64_t left = module->code_size - offset;
		txU1 opcode = (txU1)*p;
		txS1 size = opcode < XS_CODE_COUNT ? gxCodeSizes[opcode] : 0;
		uint64_t step = size > 0 ? (uint64_t)size : size == 0 ? 1 + sizeof(txID) : 1 + (uint64_t)-size;

		if (opcode >= XS_CODE_COUNT || step > left)
			return false;
		*p = (txByte)in_place(opcode);
		if (size == 0 && !link_id(p + 1, ids, count))
			return false;
		offset += size < 0 ? 1 + variable_size((uint8_t *)p + 1, -size) : step;
	}
	return offset == module->code_size;
}

static bool link_module(txMachine *the, const Module *module)
{
	txID count;
	txID *ids;
	bool linked;

	if (module->symbols_size < sizeof(count))
		return false;
	c_memcpy(&count, module->symbols, sizeof(count));
	ids = c_malloc((size_t)count * sizeof(txID) + 1);
	if (!ids)
		fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
	linked = count > 0 && intern(the, module, ids, count) && link_code(module, ids, count);
	c_free(ids);
	return linked;
}

void fxLoadModule(txMachine *the, txSlot *slot, txID moduleID)
{
	Module module;
	txScript script = { 0 };

	if (!find(fxGetKeyName(the, moduleID), &module))
		return;	/* the module stays new, and XS reports it as not found */
	if (!bundle.linked && !link_module(the, &module)) {
		xs_ota_port_log("a module of the bundle is malformed");
		fxAbort(the, XS_FATAL_CHECK_EXIT);
	}
	script.codeBuffer = module.code;
	script.codeSize = (txSize)module.code_size;
	script.path = (txString)module.name;
	script.version[0] = XS_MAJOR_VERSION;
	script.version[1] = XS_MINOR_VERSION;
	script.version[2] = XS_PATCH_VERSION;
	fxResolveModule(the, slot, moduleID, &script, C_NULL, C_NULL);
}
