#!/bin/sh
# SPDX-License-Identifier: MIT
# Fetches the source of Debian's Mbed TLS into a folder. The machine's own apt sources name the mirror; they are
# read, not changed: the lists that this needs are kept in the folder.
set -eu
out=$1
state=$(dirname "$out")/apt-source
mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
state=$(cd "$state" && pwd)
{
	sed -n 's/^deb \(\[[^]]*\] \)\{0,1\}/deb-src \1/p' /etc/apt/sources.list 2>/dev/null || true
	for file in /etc/apt/sources.list.d/*.list; do
		[ -e "$file" ] && sed -n 's/^deb \(\[[^]]*\] \)\{0,1\}/deb-src \1/p' "$file"
	done
} > "$state/sources.list"
: > "$state/sources.sources"
for file in /etc/apt/sources.list.d/*.sources; do
	[ -e "$file" ] && sed 's/^Types:.*/Types: deb-src/' "$file" >> "$state/sources.sources" && echo >> "$state/sources.sources"
done
if [ -s "$state/sources.sources" ]; then list=$state/sources.sources; else list=$state/sources.list; fi
private() {
	apt-get -q -oDir::Etc::sourcelist="$list" -oDir::Etc::sourceparts=- -oDir::State::lists="$state/lists" \
		-oDir::Cache="$state/cache" -oAPT::Sandbox::User=root "$@"
}
private update
cd "$state"
private source --download-only mbedtls
rm -rf mbedtls-new
mkdir mbedtls-new
tar -xf mbedtls_*.orig.tar.* -C mbedtls-new --strip-components=1
cd - > /dev/null
rm -rf "$out"
mv "$state/mbedtls-new" "$out"
