#!/bin/sh
# SPDX-License-Identifier: MIT
# Says what a build with the Moddable SDK lacks, and how to get it: sh hosts/sdk/check.sh simulator|esp32|nrf52
set -eu
missing=0

# need WHAT HOW: called when something is not there
need() {
	echo "missing: $1" >&2
	echo "    $2" >&2
	missing=1
}

folder() {
	eval "value=\${$1:-}"
	if [ -z "$value" ]; then
		need "the environment variable $1" "$2"
	elif [ ! -d "$value" ]; then
		need "the folder $value, which $1 names" "$2"
	fi
}

# header NAME: whether the C compiler finds it
header() {
	echo "#include <$1>" | "${CC:-cc}" -E - >/dev/null 2>&1
}

sdk="the Moddable SDK 8.2.3: npx xs-dev setup, or its documentation/Moddable SDK - Getting Started.md; then set MODDABLE"
folder MODDABLE "$sdk"
system=$([ "$(uname -s)" = Darwin ] && echo mac || echo lin)
[ -x "${MODDABLE:-}/build/bin/$system/release/mcconfig" ] || command -v mcconfig >/dev/null ||
	need mcconfig "build the SDK's tools (npx xs-dev setup does), and put \$MODDABLE/build/bin/$system/release on the path"

case "$1" in
simulator)
	case $(uname -s) in
	Darwin)
		how="Xcode's command line tools: xcode-select --install"
		mbedtls="brew install mbedtls@3; then, in the shell that builds, set CPATH and LIBRARY_PATH as examples/simulator/README.md says"
		;;
	*)
		how="apt-get install gcc libc6-dev pkg-config libglib2.0-dev libmbedtls-dev zlib1g-dev"
		mbedtls="$how"
		{ command -v pkg-config >/dev/null && pkg-config --exists gio-2.0; } || need "GLib" "$how"
		;;
	esac
	command -v "${CC:-cc}" >/dev/null || need "a C compiler" "$how"
	header zlib.h || need "zlib" "$how"
	header mbedtls/pk.h || need "Mbed TLS, 2.28 or 3.6" "$mbedtls"
	;;
esp32)
	idf="ESP-IDF v6.0: documentation/devices/esp32.md of the Moddable SDK, or step 1 of examples/esp32-wifi/README.md"
	folder IDF_PATH "$idf"
	version=${IDF_PATH:-}/tools/cmake/version.cmake
	[ ! -e "$version" ] || { grep -q 'MAJOR 6' "$version" && grep -q 'MINOR 0' "$version"; } ||
		need "version 6.0 of ESP-IDF in $IDF_PATH" "$idf"
	command -v idf.py >/dev/null || need idf.py "ESP-IDF's tools: . \$IDF_PATH/export.sh"
	;;
nrf52)
	nrf="documentation/devices/nrf52.md of the Moddable SDK; npx xs-dev setup --device nrf52"
	folder NRF_SDK_DIR "nRF5 SDK 17.0.2 with Moddable's changes: $nrf"
	[ -d "${NRF52_GCC_ROOT:-${NRF_ROOT:-$HOME/nrf5}}" ] ||
		need "the Arm GNU toolchain 12.2" "$nrf; or set NRF_ROOT or NRF52_GCC_ROOT"
	command -v python3 >/dev/null || need python3 "apt-get install python3"
	;;
*)
	echo "usage: check.sh simulator|esp32|nrf52" >&2
	exit 2
	;;
esac
exit $missing
