#!/bin/sh
# Build thidua in build/, ready to run in place: build/thiduad and build/thidua.
# Installs what is missing on Debian 12 first. Quick when nothing changed; run it as often as you like.
#
#   tools/build.sh [CONFIGURE-OPTION...]
#
# Options stay until others are given; "default" drops them. They are part of every object file, so other
# options build everything again.
#
# JOBS     how many compilers run at once (as many as there are processors)
# BUILD    the build directory (build)
# WITH_CLANG=1  clang is wanted, too
# WITHOUT_INSTALL=1  never call apt-get; say what is missing and stop
set -eu

cd "$(dirname "$0")/.."
build=${BUILD:-build}
jobs=${JOBS:-$(nproc 2>/dev/null || echo 2)}

# Package, and a file or command that shows that it is there: the question costs nothing.
needed='
autoconf command autoreconf
automake command automake
pkg-config command pkg-config
gcc command gcc
make command make
gettext command xgettext
python3 command python3
libc6-dev header stdio.h
libuv1-dev module libuv
libsqlite3-dev module sqlite3
libsodium-dev module libsodium
libzstd-dev module libzstd
libmicrohttpd-dev module libmicrohttpd
libjansson-dev module jansson
libcurl4-openssl-dev module libcurl
libqrencode-dev module libqrencode
libicu-dev module icu-i18n
libcmocka-dev module cmocka
'
[ -z "${WITH_CLANG:-}" ] || needed="${needed}clang command clang
"

missing_packages() {
    echo "$needed" | while read -r package kind name; do
        case $kind in
        command) command -v "$name" >/dev/null 2>&1 || echo "$package" ;;
        module) pkg-config --exists "$name" 2>/dev/null || echo "$package" ;;
        header) test -e "/usr/include/$name" || echo "$package" ;;
        esac
    done
}

install_packages() {
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "build.sh: these packages (Debian names) are missing: $*" >&2
        echo "build.sh: there is no apt-get here; install them with your own package tool and start again" >&2
        exit 1
    fi
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1; then
        as_root=sudo
    else
        as_root=none
    fi
    if [ "$as_root" = none ] || [ -n "${WITHOUT_INSTALL:-}" ]; then
        echo "build.sh: these packages are missing: $*" >&2
        echo "build.sh: as root: apt-get update && apt-get install --no-install-recommends $*" >&2
        exit 1
    fi
    echo "build.sh: installing $*" >&2
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "$@" >&2
}

missing=$(missing_packages | tr '\n' ' ')
if [ -n "$missing" ]; then
    # shellcheck disable=SC2086 # a list of names
    install_packages $missing
fi

if [ ! -x configure ] || [ configure.ac -nt configure ] || [ Makefile.am -nt Makefile.in ]; then
    autoreconf -fi >"${TMPDIR:-/tmp}/thidua-autoreconf.$$" 2>&1 || {
        cat "${TMPDIR:-/tmp}/thidua-autoreconf.$$" >&2
        rm -f "${TMPDIR:-/tmp}/thidua-autoreconf.$$"
        exit 1
    }
    rm -f "${TMPDIR:-/tmp}/thidua-autoreconf.$$"
fi

# Configure again when the options or configure itself changed.
mkdir -p "$build"
before=$(cat "$build/.options" 2>/dev/null || true)
case "$*" in
'') options=$before ;;
default) options= ;;
*) options="$*" ;;
esac
if [ -e "$build/Makefile" ] && [ "$options" != "$before" ]; then
    make -s -C "$build" clean >/dev/null 2>&1 || true
fi
if [ ! -e "$build/Makefile" ] || [ configure -nt "$build/config.status" ] || [ "$options" != "$before" ]; then
    source=$(pwd)
    case $build in
    /*) ;;
    *) source=$(echo "$build" | sed 's:[^/][^/]*:..:g') ;;
    esac
    # shellcheck disable=SC2086 # options is a list of words without spaces
    (cd "$build" && "$source/configure" -q $options)
    printf '%s\n' "$options" >"$build/.options"
fi

make -s -C "$build" -j"$jobs" all
