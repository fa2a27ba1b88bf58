#!/bin/sh
# A throw-away Debian with systemd as PID 1, in a container: sourced by box-checks.sh and package-test.sh. Needs root.
#   box_build SUITE DIR    makes its tree in DIR, unless it is there (about a minute; Debian's archive is needed)
#   box_start DIR WORK     starts it; what it writes is kept in memory and gone afterwards. It has a loopback interface and no network
#   inside COMMAND..       runs a command in it as root
#   check WORDS COMMAND..  the command succeeds; it is counted in $checks, and a failure ends the shell with exit code 1
# $work is a folder that is gone at the end, as the container is.
# What cannot be done on this machine ends the shell with exit code 77.
leader='' nspawn='' checks=0
work=$(mktemp -d)
# The container reaches no network: what the package depends on, and what the checks use, is there before it.
box_packages=systemd-sysv,dbus,udev,procps,util-linux,iproute2,bubblewrap,libsqlite3-0,libssl3,libstdc++6,zlib1g,ca-certificates,init-system-helpers,python3,python3-paho-mqtt,nodejs,curl,mosquitto,mosquitto-clients,bash-completion

cannot() { echo "box: skipped: $*" >&2; exit 77; }
inside() { nsenter -t "$leader" -m -u -i -n -p -C --root --wd "$@"; }

box_build() {
    [ "$(cat "$2/built" 2>/dev/null)" != "$box_packages" ] || return 0
    echo "box: making a Debian $1 (about a minute)"
    rm -rf "$2"
    mkdir -p "$2"
    mmdebstrap --quiet --variant=minbase --aptopt='Apt::Install-Recommends "0"' --include="$box_packages" \
        --customize-hook='chroot "$1" systemctl -q disable mosquitto' "$1" "$2/root" >"$2/log" 2>&1 || cannot "mmdebstrap failed: $(tail -1 "$2/log")"
    echo "$box_packages" >"$2/built"
}

box_start() {
    # In a control group of its own: what starts in that of the caller shares it with every other container, whose systemd does to its services what this one does.
    box_group=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)$(sed -n 's/^0:://p' /proc/self/cgroup)/roost-box-$$
    mkdir -p "$box_group" || cannot "no control group can be made: $box_group"
    # shellcheck disable=SC2016 # the inner shell's own
    SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$box_group" systemd-nspawn --quiet --boot --directory="$1/root" --machine="roost-box-$$" \
        --register=no --keep-unit --private-network --link-journal=no --volatile=overlay </dev/null >"$2/console" 2>&1 &
    nspawn=$!
    n=0
    while :; do
        leader=$(pgrep -P "$nspawn" | head -1) || leader=''
        if [ -n "$leader" ]; then
            case $(inside systemctl is-system-running 2>/dev/null) in running | degraded) break ;; esac
        fi
        kill -0 "$nspawn" 2>/dev/null || { leader=''; cannot "the container does not start: $(tail -1 "$2/console")"; }
        n=$((n + 1))
        [ $n -lt 1200 ] || cannot "the container was not up after two minutes: $(tail -1 "$2/console")"
        sleep 0.1
    done
    # nspawn lays a read-only copy over it, which no real machine has: bubblewrap writes a limit there for the namespace that it has made.
    inside mount -o remount,bind,rw /proc/sys
}

box_stop() {
    if [ -n "$leader" ] && kill -s RTMIN+4 "$leader" 2>/dev/null; then # systemd: power off
        n=0
        while kill -0 "$nspawn" 2>/dev/null && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
    fi
    [ -z "$nspawn" ] || kill -9 "$nspawn" 2>/dev/null || true
    # nspawn makes a group of the same name beside each hierarchy of version 1.
    [ -z "${box_group:-}" ] || awk '$3 ~ /^cgroup/ { print $2 }' /proc/mounts | while read -r place; do
        find "$place" -depth -type d -path "*/roost-box-$$*" -exec rmdir {} + 2>/dev/null || true
    done
}

finish() {
    code=$?
    trap - EXIT
    box_stop
    rm -rf "$work"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

check() {
    words=$1
    shift
    if "$@" >"$work/output" 2>&1; then
        checks=$((checks + 1))
        echo "ok   $words"
    else
        echo "FAIL $words: $*"
        sed 's/^/     /' "$work/output" | head -20
        [ -z "$leader" ] || inside journalctl -u roost --no-pager -n 30 2>/dev/null | sed 's/^/     /'
        exit 1
    fi
}
