/* SPDX-License-Identifier: MIT
 *
 * The step between reset and application. See boot.h.
 */
#include "core.h"
#include <string.h>

void ota_log(const OtaCore *core, const char *message)
{
	if (core->port->log != NULL)
		core->port->log(core->port->context, message);
}

const char *ota_outcome_name(OtaOutcome outcome)
{
	static const char *const names[] = { "not-bootable", "started", "trial", "permanent", "reverted" };
	return names[outcome];
}

const char *ota_reason_name(OtaReason reason)
{
	static const char *const names[] = {
		"fine", "flash-failed", "no-image", "malformed", "too-large", "wrong-target", "wrong-digest",
		"no-signature", "counter-older"
	};
	return names[reason];
}

/* Both trailers, and what the table says of them. */
typedef struct State {
	OtaTrailer a, b;
	OtaAction action;
} State;

static OtaReason read_state(const OtaCore *core, State *state)
{
	if (ota_trailer_read(core, OTA_SLOT_A, &state->a) != 0 || ota_trailer_read(core, OTA_SLOT_B, &state->b) != 0)
		return OTA_FLASH_FAILED;
	state->action = ota_decide(&state->a, &state->b);
	return OTA_FINE;
}

/* True when slot-a's trailer is as ota_swap_begin leaves it. */
static bool is_begun(const OtaTrailer *a)
{
	return a->magic && a->swap_type != OTA_SWAP_NONE && !a->copy_done && !a->image_ok;
}

/* True when slot-a's image has come to stay: it is not on trial, not half swapped, not about to be reverted. */
static bool is_confirmed(const State *state)
{
	bool trial = state->a.magic && state->a.copy_done && !state->a.image_ok;
	bool reverting = (state->b.magic && state->b.swap_type == OTA_SWAP_REVERT)
		|| (is_begun(&state->a) && state->a.swap_type == OTA_SWAP_REVERT);
	return !trial && !reverting && state->action != OTA_DO_RESUME;
}

/*
 * Raises the stored security counter to that of the confirmed image, verified. Done before an update is looked
 * at, so that no older image slips in between a confirmation and the next reset.
 */
static void raise_counter(const OtaCore *core)
{
	OtaImage image;
	State state;
	uint32_t stored;
	if (read_state(core, &state) != OTA_FINE || !is_confirmed(&state) || ota_counter_read(core, &stored) != 0)
		return;
	if (ota_image_read(core, OTA_SLOT_A, &image) != OTA_FINE || image.counter <= stored)
		return;
	if (ota_image_verify(core, OTA_SLOT_A, &image) == OTA_FINE && ota_counter_raise(core, image.counter) != 0)
		ota_log(core, "security counter not raised");
}

static OtaOutcome outcome_of(OtaSwapType type)
{
	if (type == OTA_SWAP_REVERT)
		return OTA_REVERTED;
	return type == OTA_SWAP_TEST ? OTA_TRIAL : OTA_PERMANENT;
}

/* The bytes that a swap must carry: the larger of the two images, or slot-b's when slot-a has none. */
static OtaReason measure_swap(const OtaCore *core, uint32_t size_b, uint32_t *bytes)
{
	OtaImage a;
	OtaReason reason = ota_image_read(core, OTA_SLOT_A, &a);
	*bytes = reason == OTA_FINE && a.size > size_b ? a.size : size_b;
	return reason == OTA_FLASH_FAILED ? OTA_FLASH_FAILED : OTA_FINE;
}

/*
 * Swaps slot-b's image in, if it is valid. Anything but OTA_FINE says that slot-b's image stayed out. `requested`: slot-b's trailer asks for
 * just this.
 */
static OtaReason swap_in(const OtaCore *core, OtaSwapType type, bool requested)
{
	OtaImage b;
	uint32_t bytes = 0;
	OtaReason reason = ota_image_verify(core, OTA_SLOT_B, &b);
	if (reason == OTA_FINE)
		reason = measure_swap(core, b.size, &bytes);
	if (reason == OTA_FINE && !requested)
		reason = ota_swap_request(core, type);
	if (reason == OTA_FINE)
		reason = ota_swap_begin(core, type, bytes);
	if (reason == OTA_FINE)
		reason = ota_swap_run(core);
	return reason;
}

/*
 * The swap type that an action other than "nothing" asks for. Slot-b's trailer, whose erase was cut, may have lost its image ok before its
 * magic: a revert would read as a trial of the old image, and end with the one that was to be taken back. Slot-a's has the type by then.
 */
static OtaSwapType wanted_type(const State *state)
{
	switch (state->action) {
	case OTA_DO_RESUME:
		return state->a.swap_type;
	case OTA_DO_TEST:
		return is_begun(&state->a) ? state->a.swap_type : OTA_SWAP_TEST;
	case OTA_DO_PERMANENT:
		return state->b.swap_type == OTA_SWAP_REVERT ? OTA_SWAP_REVERT : OTA_SWAP_PERMANENT;
	default:
		return OTA_SWAP_REVERT;
	}
}

/* Does what the trailers ask for. */
static void obey(const OtaCore *core, OtaBootResult *result)
{
	State state;
	result->refused = read_state(core, &state);
	if (result->refused != OTA_FINE || state.action == OTA_DO_NOTHING)
		return;
	OtaSwapType type = wanted_type(&state);
	bool requested = state.action == OTA_DO_PERMANENT || (state.action == OTA_DO_TEST && type == OTA_SWAP_TEST);
	if (state.action == OTA_DO_RESUME) {
		ota_log(core, "resuming a swap");
		result->refused = ota_swap_run(core);
	} else {
		result->refused = swap_in(core, type, requested);
	}
	if (result->refused == OTA_FINE) {
		result->outcome = outcome_of(type);
		return;
	}
	ota_log(core, ota_reason_name(result->refused));
	if (state.action == OTA_DO_REVERT && result->refused != OTA_FLASH_FAILED && ota_swap_keep(core) != OTA_FINE)
		ota_log(core, "slot-a still on trial");
	if (state.b.magic && result->refused != OTA_FLASH_FAILED && ota_trailer_erase(core, OTA_SLOT_B) != 0)
		ota_log(core, "refused image still requested");
	if (state.action == OTA_DO_RESUME && result->refused == OTA_MALFORMED && ota_trailer_erase(core, OTA_SLOT_A) != 0)
		ota_log(core, "a swap that nobody began is still to be resumed");
}

/* Twice where the flash fails: behind a swap a single failure would be the end of a trial that has not begun. */
static OtaReason verify_running(const OtaCore *core, OtaImage *image)
{
	OtaReason reason = ota_image_verify(core, OTA_SLOT_A, image);
	return reason == OTA_FLASH_FAILED ? ota_image_verify(core, OTA_SLOT_A, image) : reason;
}

/*
 * Verifies slot-a; if it is bad and slot-b's image is valid, that one takes its place for good. A failing
 * flash is not a bad image: nothing is given up for it, and the next reset goes on where this one stopped.
 */
static void check_or_fall_back(const OtaCore *core, OtaBootResult *result)
{
	OtaReason reason = verify_running(core, &result->image);
	if (reason == OTA_FINE)
		return;
	bool failing = reason == OTA_FLASH_FAILED || result->refused == OTA_FLASH_FAILED;
	result->outcome = OTA_NOT_BOOTABLE;
	result->refused = failing ? OTA_FLASH_FAILED : reason;
	if (failing)
		return;
	ota_log(core, "slot-a is bad, trying slot-b");
	reason = swap_in(core, OTA_SWAP_REVERT, false);
	if (reason == OTA_FINE)
		reason = ota_image_verify(core, OTA_SLOT_A, &result->image);
	if (reason == OTA_FINE)
		result->outcome = OTA_REVERTED;
	if (reason == OTA_FLASH_FAILED)
		result->refused = OTA_FLASH_FAILED;
}

OtaBootResult ota_boot(const OtaBootPort *port)
{
	OtaCore core = { .port = port };
	OtaBootResult result = { .outcome = OTA_STARTED, .refused = OTA_FINE };
	if (!ota_layout(&core.layout, &port->geometry[OTA_SLOT_A], &port->geometry[OTA_SLOT_B])) {
		ota_log(&core, "the slots' geometries do not fit each other");
		result.outcome = OTA_NOT_BOOTABLE;
		result.refused = OTA_FLASH_FAILED;
		return result;
	}
	raise_counter(&core);
	obey(&core, &result);
	check_or_fall_back(&core, &result);
	if (result.outcome == OTA_PERMANENT || result.outcome == OTA_REVERTED)
		raise_counter(&core);
	ota_log(&core, ota_outcome_name(result.outcome));
	return result;
}
