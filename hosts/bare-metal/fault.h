/* SPDX-License-Identifier: MIT */
#ifndef XS_OTA_FAULT_H
#define XS_OTA_FAULT_H

#include <stdint.h>

/* What an exception that nobody expects ends in: a line on the console, and a reset. */
_Noreturn void xs_ota_fault(uint32_t pc, uint32_t caller, uint32_t cause, uint32_t address);

#endif
