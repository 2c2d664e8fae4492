/* SPDX-License-Identifier: MIT
 * Mbed TLS as on the other boards. The name is the one that the Moddable SDK's makefile gives to the compiler; the nRF5
 * SDK's own file of this name is for a backend of its cryptography that is not enabled. */
#include "mbedtls-application.h"
