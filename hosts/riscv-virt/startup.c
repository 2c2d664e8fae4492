/* SPDX-License-Identifier: MIT
 * From reset to main, and every exception. Source: RISC-V Privileged Specification 20211203, 3.1 and 3.4. */
#include "startup.h"

#include "board.h"
#include "fault.h"
#include "nor.h"

extern uint32_t __data_load[], __data_start[], __data_end[], __bss_start[], __bss_end[];

int main(void);
void xs_ota_reset_handler(void);

/* In RAM: a fault may come while the flash takes a command. Not C's: the stack may be broken. */
__attribute__((naked, aligned(4), section(".ram_code"))) void xs_ota_trap_handler(void)
{
	__asm volatile(
		".option push\n\t"
		".option arch, +zicsr\n\t"
		"la sp, __stack_top\n\t"
		"csrr a0, mepc\n\t"
		"mv a1, ra\n\t"
		"csrr a2, mcause\n\t"
		"csrr a3, mtval\n\t"
		"j xs_ota_fault\n\t"
		".option pop");
}

_Noreturn void xs_ota_begin(int (*run)(void))
{
	const uint32_t *from = __data_load;

	for (uint32_t *to = __data_start; to < __data_end;)
		*to++ = *from++;
	for (uint32_t *to = __bss_start; to < __bss_end;)
		*to++ = 0;
	run();
	xs_ota_board_reset(XS_OTA_RESET_CRASH);
}

__attribute__((naked, section(".reset"))) void xs_ota_reset_handler(void)
{
	__asm volatile(
		SET_UP_CORE
		"call xs_ota_nor_protect\n\t"
		"la a0, main\n\t"
		"j xs_ota_begin");
}
