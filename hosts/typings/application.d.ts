// SPDX-License-Identifier: MIT
/// <reference path="./mc-config.d.ts" />
/// <reference path="./xs.d.ts" />

/* For applications that tsc checks without the Moddable SDK's typings: `"types": ["xs-ota/typings"]`. */
