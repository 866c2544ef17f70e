#!/bin/sh
# Installs the Debian packages that a target needs, and only those that are missing, so that it needs
# no network and no root when all are there. Usage: setup.sh build|test|node|bench
set -eu
build="gcc libc6-dev make meson ninja-build pkg-config python3 python3-yaml libmicrohttpd-dev
libjansson-dev libsqlite3-dev libsodium-dev libcurl4-openssl-dev tzdata curl"
test="$build libcmocka-dev clang clang-format clang-tidy cppcheck libclang-rt-14-dev faketime
sqlite3 wrk binutils python3-jsonschema"
bench="postgresql"
command -v npm >/dev/null || bench="$bench nodejs npm"
case "$1" in
build) wanted=$build ;;
test) wanted=$test ;;
node) # an npm from elsewhere is as good
    command -v npm >/dev/null && exit 0
    wanted="npm ca-certificates" ;;
bench) wanted=$bench ;;
*) echo "usage: setup.sh build|test|node|bench" >&2; exit 2 ;;
esac
missing=""
for package in $wanted; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok' ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0
as_root=""
[ "$(id -u)" = 0 ] || as_root=sudo
echo "installing:$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
