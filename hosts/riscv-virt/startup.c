/* SPDX-License-Identifier: MIT
 * From reset to main, and every exception. Source: RISC-V Privileged Specification 20211203, 3.1 and 3.4. */
#include "board.h"
#include "nor.h"

extern uint32_t __data_load[], __data_start[], __data_end[], __bss_start[], __bss_end[];

int main(void);
void xs_ota_reset_handler(void);
void xs_ota_begin(void);
void xs_ota_trap_handler(void);

/* In RAM: a fault may come while the flash takes a command. Not C's: the stack may be broken. */
__attribute__((naked, aligned(4), section(".ram_code"))) void xs_ota_trap_handler(void)
{
	__asm volatile("la sp, __stack_top\n\tli a0, %0\n\tj xs_ota_board_reset" :: "i"(XS_OTA_RESET_CRASH));
}

void xs_ota_begin(void)
{
	const uint32_t *from = __data_load;

	for (uint32_t *to = __data_start; to < __data_end;)
		*to++ = *from++;
	for (uint32_t *to = __bss_start; to < __bss_end;)
		*to++ = 0;
	main();
	xs_ota_board_reset(XS_OTA_RESET_CRASH);
}

/* No interrupt is ever taken: one that is pending ends a sleep, and that is all. So code that must not be
 * interrupted needs no more than to be in RAM. */
__attribute__((naked, section(".reset"))) void xs_ota_reset_handler(void)
{
	__asm volatile(
		".option push\n\t"
		".option arch, +zicsr\n\t"
		".option norelax\n\t"
		"la gp, __global_pointer$\n\t"
		"la tp, __tls_base\n\t"
		"la sp, __stack_top\n\t"
		"csrw mie, zero\n\t"
		"csrci mstatus, 8\n\t"	/* MIE */
		"la t0, xs_ota_trap_handler\n\t"
		"csrw mtvec, t0\n\t"
		"j xs_ota_begin\n\t"
		".option pop");
}
