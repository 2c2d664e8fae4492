/* SPDX-License-Identifier: MIT
 *
 * Reads and verifies an image. Every byte of it is hostile until its signature is verified; afterwards only
 * what the signature covers counts. Source: docs/flash-format.md, "Image"; MCUboot bootutil/image.h.
 */
#include "core.h"
#include <string.h>

#define HEADER_SIZE 32u
#define HEADER_MAGIC 0x96f3b83du
#define PROTECTED_MAGIC 0x6908u
#define UNPROTECTED_MAGIC 0x6907u
/* IMAGE_F_ROM_FIXED: says where the image is linked to run; no other flag is supported. */
#define SUPPORTED_FLAGS 0x00000100u

enum { TLV_KEY_HASH = 0x01, TLV_SHA256 = 0x10, TLV_COUNTER = 0x50, TLV_TARGET = 0x75 };

/* Signatures of trusted and other keys that are looked at, so that a hostile image cannot hold up the start. */
#define SIGNATURES_MAX 4u

/* An entry, and where its value is. */
typedef struct Tlv {
	uint32_t type, offset, length;
	bool is_protected;
} Tlv;

/* What is collected on the way through the TLVs. */
typedef struct Reading {
	const OtaCore *core;
	OtaArea slot;
	OtaImage *image;
	bool has_digest, has_counter, has_target;
	uint8_t target[OTA_TARGET_SIZE];
} Reading;

typedef OtaReason Visit(void *with, const Tlv *tlv);

static uint32_t u16(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t u32(const uint8_t *bytes)
{
	return u16(bytes) | u16(bytes + 2) << 16;
}

static OtaReason read_bytes(const OtaCore *core, OtaArea slot, uint32_t offset, void *into, uint32_t length)
{
	return core->port->read(core->port->context, slot, offset, into, length) == 0 ? OTA_FINE : OTA_FLASH_FAILED;
}

/* Walks the entries of one area, from its info header at *offset, and leaves *offset behind it. */
static OtaReason walk_area(const OtaCore *core, OtaArea slot, uint32_t magic, uint32_t *offset, Visit *visit, void *with)
{
	uint8_t head[4];
	uint32_t limit = core->layout.capacity;
	if (limit - *offset < sizeof head)
		return OTA_TOO_LARGE;
	OtaReason reason = read_bytes(core, slot, *offset, head, sizeof head);
	if (reason != OTA_FINE)
		return reason;
	uint32_t end = *offset + u16(head + 2);
	if (u16(head) != magic || u16(head + 2) < sizeof head)
		return OTA_MALFORMED;
	if (end > limit)
		return OTA_TOO_LARGE;
	for (*offset += sizeof head; *offset < end;) {
		if (end - *offset < sizeof head)
			return OTA_MALFORMED;
		reason = read_bytes(core, slot, *offset, head, sizeof head);
		if (reason != OTA_FINE)
			return reason;
		*offset += sizeof head;
		Tlv tlv = { u16(head), *offset, u16(head + 2), magic == PROTECTED_MAGIC };
		if (tlv.length > end - *offset)
			return OTA_MALFORMED;
		*offset += tlv.length;
		reason = visit(with, &tlv);
		if (reason != OTA_FINE)
			return reason;
	}
	return OTA_FINE;
}

/* Reads an entry that may occur once, and has one length. */
static OtaReason read_single(Reading *reading, const Tlv *tlv, bool *has, void *into, uint32_t length)
{
	if (*has || tlv->length != length)
		return OTA_MALFORMED;
	*has = true;
	return read_bytes(reading->core, reading->slot, tlv->offset, into, length);
}

static OtaReason collect(void *with, const Tlv *tlv)
{
	Reading *reading = with;
	uint8_t counter[4];
	OtaReason reason = OTA_FINE;
	if (!tlv->is_protected && tlv->type == TLV_SHA256)
		return read_single(reading, tlv, &reading->has_digest, reading->image->digest, OTA_DIGEST_SIZE);
	if (tlv->is_protected && tlv->type == TLV_TARGET)
		return read_single(reading, tlv, &reading->has_target, reading->target, OTA_TARGET_SIZE);
	if (tlv->is_protected && tlv->type == TLV_COUNTER) {
		reason = read_single(reading, tlv, &reading->has_counter, counter, sizeof counter);
		if (reason == OTA_FINE)
			reading->image->counter = u32(counter);
	}
	return reason;
}

static OtaReason parse_header(const OtaCore *core, const uint8_t *header, OtaImage *image)
{
	uint32_t limit = core->layout.capacity, protected_size = u16(header + 10);
	if (u32(header) != HEADER_MAGIC)
		return OTA_NO_IMAGE;
	image->header_size = u16(header + 8);
	image->body_size = u32(header + 12);
	if (image->header_size < HEADER_SIZE || (u32(header + 16) & ~SUPPORTED_FLAGS) != 0 || image->body_size == 0)
		return OTA_MALFORMED;
	if (image->body_size > limit || image->header_size + protected_size > limit - image->body_size)
		return OTA_TOO_LARGE;
	image->hashed_size = image->header_size + image->body_size + protected_size;
	image->version.major = header[20];
	image->version.minor = header[21];
	image->version.revision = (uint16_t)u16(header + 22);
	image->version.build = u32(header + 24);
	return OTA_FINE;
}

/* Reads header and TLVs into `reading`. */
static OtaReason read_image(Reading *reading)
{
	const OtaCore *core = reading->core;
	OtaImage *image = reading->image;
	uint8_t header[HEADER_SIZE];
	memset(image, 0, sizeof *image);
	OtaReason reason = read_bytes(core, reading->slot, 0, header, sizeof header);
	if (reason == OTA_FINE)
		reason = parse_header(core, header, image);
	if (reason != OTA_FINE)
		return reason;
	image->size = image->header_size + image->body_size;
	if (image->hashed_size > image->size) {
		reason = walk_area(core, reading->slot, PROTECTED_MAGIC, &image->size, collect, reading);
		if (reason == OTA_FINE && image->size != image->hashed_size)
			reason = OTA_MALFORMED;
	}
	if (reason == OTA_FINE)
		reason = walk_area(core, reading->slot, UNPROTECTED_MAGIC, &image->size, collect, reading);
	if (reason == OTA_FINE && !reading->has_digest)
		reason = OTA_MALFORMED;
	return reason;
}

/* What header and TLVs say, nothing of it verified. */
OtaReason ota_image_read(const OtaCore *core, OtaArea slot, OtaImage *image)
{
	Reading reading = { .core = core, .slot = slot, .image = image };
	return read_image(&reading);
}

static OtaReason check_digest(const OtaCore *core, OtaArea slot, const OtaImage *image)
{
	const OtaBootPort *port = core->port;
	uint8_t digest[OTA_DIGEST_SIZE];
	port->sha256_begin(port->context);
	for (uint32_t at = 0; at < image->hashed_size;) {
		uint32_t left = image->hashed_size - at;
		uint32_t length = left < port->buffer_size ? left : port->buffer_size;
		if (read_bytes(core, slot, at, port->buffer, length) != OTA_FINE)
			return OTA_FLASH_FAILED;
		port->sha256_update(port->context, port->buffer, length);
		at += length;
	}
	port->sha256_end(port->context, digest);
	return memcmp(digest, image->digest, sizeof digest) == 0 ? OTA_FINE : OTA_WRONG_DIGEST;
}

/* The search for a signature by a trusted key: each follows the hash of its key. */
typedef struct Search {
	Reading *reading;
	bool has_key;
	uint8_t key_hash[OTA_DIGEST_SIZE];
	uint32_t tried;
	bool verified;
} Search;

static bool is_signature(const Tlv *tlv)
{
	return (tlv->type == OTA_RSA2048_PSS || tlv->type == OTA_RSA3072_PSS || tlv->type == OTA_ECDSA_P256)
		&& tlv->length <= OTA_SIGNATURE_MAX;
}

static OtaReason try_signature(void *with, const Tlv *tlv)
{
	Search *search = with;
	const OtaBootPort *port = search->reading->core->port;
	const OtaImage *image = search->reading->image;
	OtaReason reason = OTA_FINE;
	bool has_key = search->has_key;
	search->has_key = tlv->type == TLV_KEY_HASH && tlv->length == OTA_DIGEST_SIZE;
	if (search->has_key)
		return read_bytes(search->reading->core, search->reading->slot, tlv->offset, search->key_hash, OTA_DIGEST_SIZE);
	if (!has_key || !is_signature(tlv) || search->verified || search->tried++ >= SIGNATURES_MAX)
		return OTA_FINE;
	reason = read_bytes(search->reading->core, search->reading->slot, tlv->offset, port->buffer, tlv->length);
	search->verified = reason == OTA_FINE && port->verify(port->context, search->key_hash,
		(OtaAlgorithm)tlv->type, image->digest, port->buffer, tlv->length);
	return reason;
}

static OtaReason check_signature(Reading *reading)
{
	Search search = { .reading = reading };
	uint32_t offset = reading->image->hashed_size;
	OtaReason reason = walk_area(reading->core, reading->slot, UNPROTECTED_MAGIC, &offset, try_signature, &search);
	if (reason != OTA_FINE)
		return reason;
	return search.verified ? OTA_FINE : OTA_NO_SIGNATURE;
}

static OtaReason check_policy(const Reading *reading)
{
	const uint8_t *target = reading->core->port->target;
	uint32_t stored;
	if (target != NULL && reading->has_target && memcmp(target, reading->target, OTA_TARGET_SIZE) != 0)
		return OTA_WRONG_TARGET;
	if (ota_counter_read(reading->core, &stored) != 0)
		return OTA_FLASH_FAILED;
	if (reading->image->counter < stored || !ota_counter_can_store(reading->core, reading->image->counter))
		return OTA_COUNTER_OLDER;
	return OTA_FINE;
}

/* Whether an image may be started, or swapped in to be started. */
OtaReason ota_image_verify(const OtaCore *core, OtaArea slot, OtaImage *image)
{
	Reading reading = { .core = core, .slot = slot, .image = image };
	OtaReason reason = read_image(&reading);
	if (reason == OTA_FINE)
		reason = check_policy(&reading);
	if (reason == OTA_FINE)
		reason = check_digest(core, slot, image);
	if (reason == OTA_FINE)
		reason = check_signature(&reading);
	return reason;
}
