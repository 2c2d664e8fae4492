/* SPDX-License-Identifier: MIT */
#ifndef XS_OTA_VIRT_STARTUP_H
#define XS_OTA_VIRT_STARTUP_H

/* What the core needs before C does. No interrupt is ever taken: one that is pending ends a sleep, and that is all. So
 * code that must not be interrupted needs no more than to be in RAM. */
#define SET_UP_CORE \
	".option push\n\t" \
	".option arch, +zicsr\n\t" \
	".option norelax\n\t" \
	"la gp, __global_pointer$\n\t" \
	"la tp, __tls_base\n\t" \
	"la sp, __stack_top\n\t" \
	"csrw mie, zero\n\t" \
	"csrci mstatus, 8\n\t"	/* MIE */ \
	"la t0, xs_ota_trap_handler\n\t" \
	"csrw mtvec, t0\n\t" \
	".option pop\n\t"

/* Every exception: says where, and resets. */
void xs_ota_trap_handler(void);

/* Fills the variables in RAM, and runs. */
_Noreturn void xs_ota_begin(int (*run)(void));

#endif
