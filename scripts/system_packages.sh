#!/bin/sh
# Camera images need one system library besides what pip brings: a GL that draws without a screen.
set -u

have_gl() {
    /sbin/ldconfig -p 2>/dev/null | grep -q 'libOSMesa\.so'
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

have_gl && exit 0
if may_install; then
    echo "Installing libosmesa6 (camera images without a screen)."
    as_root apt-get update -qq >/dev/null 2>&1
    DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq libosmesa6 >/dev/null 2>&1
    have_gl && exit 0
fi
echo "libosmesa6 is missing and could not be installed: physics runs, camera images do not, and rows that need them are marked as not ranked. Ask an administrator for: apt-get install libosmesa6" >&2
[ "${CI:-}" = true ] && exit 1
exit 0
