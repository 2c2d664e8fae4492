/* SPDX-License-Identifier: MIT
 * From reset to main, and every exception. Source: ARMv7-M ARM B1.5. */
#include "board.h"
#include "byte-channel.h"
#include "fault.h"
#include "flash.h"
#include "registers.h"

extern uint32_t __data_load[], __data_start[], __data_end[], __bss_start[], __bss_end[], __stack_top[];

int main(void);
int xs_ota_prepare_main(void);
void xs_ota_reset_handler(void);
void xs_ota_tick_handler(void);

/* `frame` is what the exception pushed. Source: ARMv7-M ARM B1.5.6. */
__attribute__((used)) static void report_fault(const uint32_t *frame)
{
	xs_ota_fault(frame[6], frame[5], SCB_FAULT_STATUS, SCB_FAULT_ADDRESS);
}

/* No stack frame of C's: it may come from one that is broken. */
__attribute__((naked)) static void fault_handler(void)
{
	__asm volatile("mrs r0, msp\n\tb report_fault");
}

/* the watchdog's first expiry; at its second it resets by itself, if this is not reached */
static void nmi_handler(void)
{
	xs_ota_board_reset(XS_OTA_RESET_WATCHDOG);
}

typedef struct Vectors {
	void *stack;
	void (*exceptions[15])(void);
	void (*interrupts[48])(void);
} Vectors;

__attribute__((section(".vectors"), used)) static const Vectors vectors = {
	.stack = __stack_top,
	.exceptions = {
		[0] = xs_ota_reset_handler, [1] = nmi_handler,
		[2] = fault_handler, [3] = fault_handler, [4] = fault_handler, [5] = fault_handler,
		[10] = fault_handler, [11] = fault_handler, [13] = fault_handler, [14] = xs_ota_tick_handler
	},
	.interrupts = { [ETHERNET_IRQ] = xs_ota_byte_channel_handler }
};

static void copy_data(void)
{
	const uint32_t *from = __data_load;

	for (uint32_t *to = __data_start; to < __data_end;)
		*to++ = *from++;
	for (uint32_t *to = __bss_start; to < __bss_end;)
		*to++ = 0;
}

__attribute__((section(".reset"))) static _Noreturn void start(int (*run)(void))
{
	SCB_VECTORS = (uint32_t)(uintptr_t)&vectors;
	SCB_COPROCESSORS |= SCB_FPU_ACCESS;
	__asm volatile("dsb\n\tisb" ::: "memory");
	copy_data();
	run();
	xs_ota_board_reset(XS_OTA_RESET_CRASH);
}

__attribute__((section(".reset"))) void xs_ota_reset_handler(void)
{
	xs_ota_flash_lock();
	start(main);
}

static void prepare_handler(void)
{
	start(xs_ota_prepare_main);
}

/* What the emulator's boot ROM has when a machine is to be prepared: toolchain/prepare.ts. */
__attribute__((section(".prepare_rom"), used)) static const struct {
	void *stack;
	void (*reset)(void);
} prepare_rom = { __stack_top, prepare_handler };
