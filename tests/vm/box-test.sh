#!/bin/sh
# Installs the package in Debian 12 and 13 with systemd as PID 1, in containers side by side, and follows it from installation to purge. Needs root.
#   tests/vm/box-test.sh            builds the package (quickly compressed) and the containers where there are none yet
#   SUITE=trixie tests/vm/box-test.sh
#   ROOST_DEB=FILE                  tests that package
#   ROOST_PREVIOUS_DEB=FILE         upgrades from that one; without it from the same build under a lower version, whose .NET has another version's name:
#                                   of that the upgrade leaves nothing, as of a former version's
#   ROOST_BOX=DIR                   where the containers' trees are kept between runs (default out/): DIR/box-SUITE
# The last line is "box: N checks passed". Exit codes: 0 all passed, 1 a check failed, 77 this machine cannot run the containers.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
running=''
finish() {
    code=$?
    trap - EXIT
    for one in $running; do kill "$one" 2>/dev/null && wait "$one" 2>/dev/null; done
    rm -rf "$work"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM
cannot() { echo "box: skipped: $*" >&2; exit 77; }

[ "$(id -u)" -eq 0 ] || cannot "only root can start a container"
[ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] || cannot "the package is for amd64"
for tool in mmdebstrap systemd-nspawn nsenter; do
    command -v $tool >/dev/null && continue
    { apt-get update && apt-get install -y --no-install-recommends mmdebstrap systemd-container util-linux; } >"$work/apt.log" 2>&1 ||
        cannot "$tool is missing and apt could not install it: $(tail -1 "$work/apt.log")"
done

if [ -z "${ROOST_DEB:-}" ]; then
    echo "box: building the package"
    ROOST_DEB=$("$root/packaging/deb/build.sh" --fast --out "$work" | tail -1)
    [ -f "$ROOST_DEB" ] || { echo "box: the package was not built"; exit 1; }
fi
if [ -z "${ROOST_PREVIOUS_DEB:-}" ]; then
    ROOST_PREVIOUS_DEB=$work/previous.deb
    dpkg-deb -R "$ROOST_DEB" "$work/previous"
    sed -i 's/^Version: \(.*\)/Version: \1~previous/' "$work/previous/DEBIAN/control"
    # Not below the patch that the programs were built with.
    for part in "$work"/previous/usr/lib/roost/dotnet/shared/*/10.*; do
        [ -d "$part" ] || continue
        mv "$part" "${part%/*}/10.0.99"
        sed -i "s:\(/dotnet/shared/[^/]*\)/${part##*/}/:\1/10.0.99/:" "$work/previous/DEBIAN/md5sums"
    done
    dpkg-deb --root-owner-group -Zgzip -z1 --build "$work/previous" "$ROOST_PREVIOUS_DEB" >/dev/null
    rm -rf "$work/previous"
fi
export ROOST_DEB ROOST_PREVIOUS_DEB

suites=${SUITE:-bookworm trixie}
for suite in $suites; do
    ROOST_BOX_TREE=${ROOST_BOX:-$root/out}/box-$suite "$here/box-checks.sh" "$suite" >"$work/$suite" 2>&1 &
    running="$running $!"
done
checks=0 worst=0
for suite in $suites; do
    one=${running# }
    one=${one%% *}
    code=0
    wait "$one" || code=$?
    running=${running# "$one"}
    echo "box: Debian $suite"
    cat "$work/$suite"
    checks=$((checks + $(grep -c '^ok ' "$work/$suite" || true)))
    case $code in 0) ;; 77) [ $worst -ne 0 ] || worst=77 ;; *) worst=1 ;; esac
done
[ $worst -eq 0 ] || exit $worst
echo "box: $checks checks passed"
