/* SPDX-License-Identifier: MIT
 * What the runtime asks of a machine, port.h, over what a board is, board.h. */
#include "board.h"
#include "channel.h"
#include "idle.h"

#include <mbedtls/hmac_drbg.h>

double xs_ota_port_now(void)
{
	return (double)xs_ota_board_microseconds() / 1000;
}

static uint64_t slept;	/* microseconds */

void xs_ota_port_wait(double milliseconds)
{
	uint64_t now = xs_ota_board_microseconds(), end = now + (uint64_t)(milliseconds * 1000);

	while (!xs_ota_channel_serve() && (now = xs_ota_board_microseconds()) < end) {
		xs_ota_board_sleep();
		slept += xs_ota_board_microseconds() - now;
	}
}

uint64_t xs_ota_busy_microseconds(void)
{
	return xs_ota_board_microseconds() - slept;
}

void xs_ota_port_feed(void)
{
	xs_ota_board_watch();
}

double xs_ota_port_feed_interval(void)
{
	return xs_ota_board_watch_interval();
}

static void write_text(const char *text)
{
	while (*text)
		xs_ota_board_console(*text++);
}

void xs_ota_port_console(const char *line)
{
	write_text(line);
	write_text("\r\n");
}

void xs_ota_port_log(const char *line)
{
	write_text("# ");
	xs_ota_port_console(line);
}

XsOtaReset xs_ota_port_reset_reason(void)
{
	return xs_ota_board_reset_reason();
}

/* HMAC_DRBG with SHA-256, seeded once: it needs no more for 2^48 requests. Source: NIST SP 800-90A 10.1.2. */
static int seed(mbedtls_hmac_drbg_context *drbg)
{
	uint8_t entropy[XS_OTA_BOARD_ENTROPY_SIZE];

	xs_ota_board_entropy(entropy);
	mbedtls_hmac_drbg_init(drbg);
	return mbedtls_hmac_drbg_seed_buf(drbg, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), entropy, sizeof(entropy));
}

void xs_ota_port_random(void *into, size_t length)
{
	static mbedtls_hmac_drbg_context drbg;
	uint8_t *bytes = into;
	int error = drbg.md_ctx.md_info ? 0 : seed(&drbg);

	for (size_t count; error == 0 && length > 0; bytes += count, length -= count) {
		count = length < MBEDTLS_HMAC_DRBG_MAX_REQUEST ? length : MBEDTLS_HMAC_DRBG_MAX_REQUEST;
		error = mbedtls_hmac_drbg_random(&drbg, bytes, count);
	}
	if (error) {
		xs_ota_port_log("no random numbers");
		xs_ota_port_reset(XS_OTA_RESET_CRASH);
	}
}

_Noreturn void xs_ota_port_power_off(int status)
{
	xs_ota_board_power_off(status);
}

_Noreturn void xs_ota_port_reset(XsOtaReset reason)
{
	xs_ota_board_reset(reason);
}
