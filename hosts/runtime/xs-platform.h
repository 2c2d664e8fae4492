/* SPDX-License-Identifier: MIT
 * What XS asks of a platform (XSPLATFORM): the C library, and the fields that a machine carries for us. */
#ifndef XS_OTA_PLATFORM_H
#define XS_OTA_PLATFORM_H

#if defined(__linux__)
	#undef mxLinux
	#define mxLinux 1
	#include <pthread.h>
	#include <unistd.h>
#else
	#define mxUseDefaultCStackLimit 0
#endif
#undef mxLittleEndian
#define mxLittleEndian 1

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define mxMachinePlatform \
	bool promiseJobs; \
	size_t memoryUsed; \
	size_t memoryLimit;

#define mxUseDefaultBuildKeys 0
#define mxUseDefaultChunkAllocation 0
#define mxUseDefaultSlotAllocation 0
#define mxUseDefaultSharedChunks 1
#ifndef mxUnalignedAccess
	#define mxUnalignedAccess 0
#endif

#endif
