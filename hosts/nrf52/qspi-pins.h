/* SPDX-License-Identifier: MIT
 * Where the external flash is: on the nRF52840 DK, unless the manifest's `defines` (application) or NRF52_PINS of make
 * (bootloader) say otherwise. Pin 32 is P1.00. Source: Nordic, nRF52840 DK Hardware, "External memory". */
#ifndef OTA_QSPI_PINS_H
#define OTA_QSPI_PINS_H

#if __has_include("mc.defines.h")
#include "mc.defines.h"
#endif

#ifdef MODDEF_XS_OTA_QSPI_SCK_PIN
#define OTA_QSPI_SCK_PIN MODDEF_XS_OTA_QSPI_SCK_PIN
#define OTA_QSPI_CSN_PIN MODDEF_XS_OTA_QSPI_CSN_PIN
#define OTA_QSPI_IO0_PIN MODDEF_XS_OTA_QSPI_IO0_PIN
#define OTA_QSPI_IO1_PIN MODDEF_XS_OTA_QSPI_IO1_PIN
#define OTA_QSPI_IO2_PIN MODDEF_XS_OTA_QSPI_IO2_PIN
#define OTA_QSPI_IO3_PIN MODDEF_XS_OTA_QSPI_IO3_PIN
#endif

#ifndef OTA_QSPI_SCK_PIN
#define OTA_QSPI_SCK_PIN 19
#define OTA_QSPI_CSN_PIN 17
#define OTA_QSPI_IO0_PIN 20
#define OTA_QSPI_IO1_PIN 21
#define OTA_QSPI_IO2_PIN 22
#define OTA_QSPI_IO3_PIN 23
#endif

#endif
