/* SPDX-License-Identifier: MIT
 * The table by which XS finds what a build may leave out. Here functions have no `name` and no `length`, as on the
 * SDK's own boards: two slots each, for every function there is. */
#include "xsAll.h"

#define fxNewFunctionLength C_NULL
#define fxNewFunctionName C_NULL
#include "xsDefaults.c"
