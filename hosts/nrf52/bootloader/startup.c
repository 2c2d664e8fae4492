/* SPDX-License-Identifier: MIT
 * From the first stage to main. Interrupts are never enabled; a fault resets. Source: ARMv7-M ARM B1.5. */
#include "board.h"

#include <stdint.h>

extern uint32_t __data_load[], __data_start[], __data_end[], __bss_start[], __bss_end[], __stack_top[];

int main(void);
_Noreturn void xs_ota_reset_handler(void);

static void fault_handler(void)
{
	xs_ota_board_reset(XS_OTA_RESET_CRASH);
}

typedef struct Vectors {
	void *stack;
	void (*exceptions[15])(void);
} Vectors;

__attribute__((section(".vectors"), used)) static const Vectors vectors = {
	.stack = __stack_top,
	.exceptions = {
		[0] = xs_ota_reset_handler, [1] = fault_handler,
		[2] = fault_handler, [3] = fault_handler, [4] = fault_handler, [5] = fault_handler,
		[10] = fault_handler, [11] = fault_handler, [13] = fault_handler, [14] = fault_handler
	}
};

_Noreturn void xs_ota_reset_handler(void)
{
	const uint32_t *from = __data_load;

	for (uint32_t *to = __data_start; to < __data_end;)
		*to++ = *from++;
	for (uint32_t *to = __bss_start; to < __bss_end;)
		*to++ = 0;
	main();
	xs_ota_board_reset(XS_OTA_RESET_CRASH);
}
