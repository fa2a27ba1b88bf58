#!/bin/sh
# Shows in a virtual machine what no container can: control groups that limit functions, and what stands in for them on a kernel that counts no memory.
# Needs root. Some minutes with KVM; without, the machine is emulated, and half an hour is usual.
#   tests/vm/limits-test.sh            builds the package and the machine where there is none yet, and shows both
#   tests/vm/limits-test.sh groups     control groups alone; watch: what stands in for them alone; legacy: control groups of version 1
#   ROOST_DEB=FILE                     tests that package
#   SUITE, ROOST_VM                    see machine.sh
# The last line is "limits: N checks passed". Exit codes: 0 all passed, 1 a check failed, 77 this machine cannot run it.
set -eu
case ${1:-both} in both | groups | watch | legacy) ;; *) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;; esac
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
dir=${ROOST_VM:-$root/out/vm-${SUITE:-bookworm}}
work=$(mktemp -d)
checks=0
vm() { "$here/machine.sh" "$@"; }
finish() {
    code=$?
    trap - EXIT
    vm stop
    rm -rf "$work"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

# check WORDS COMMAND: the command, run by the machine's shell, succeeds
check() {
    if vm run "$2" >"$work/output" 2>&1; then
        checks=$((checks + 1))
        echo "ok   $1"
    else
        echo "FAIL $1: $2"
        sed 's/^/     /' "$work/output" | head -20
        vm run 'journalctl -u roost --no-pager -n 30' 2>/dev/null | sed 's/^/     /'
        exit 1
    fi
}

# define NAME SETTINGS: its code comes on standard input
define() {
    mkdir -p "$work/functions/$1"
    printf 'runtime: python3.x\nhandler: f.handler\ntimeout: 300s\n%s\n' "$2" >"$work/functions/$1/function.yaml"
    cat >"$work/functions/$1/f.py"
}

define hello 'pinned: 1' <<'END'
def handler(event, context):
    return 'hello'
END
define grows 'memory: 64MiB' <<'END'
def handler(event, context):
    kept = []
    while True:
        kept.append(b'x' * (1 << 20))
END
define spreads 'memory: 64MiB' <<'END'
import os, time
def handler(event, context):
    for _ in range(20):
        if os.fork() == 0:
            os.setsid()
            memory = bytearray(30 << 20)
            for i in range(0, len(memory), 4096):
                memory[i] = 1
            time.sleep(600)
    time.sleep(600)
END
define fills 'memory: 64MiB' <<'END'
def handler(event, context):
    with open('/tmp/x', 'wb', buffering=0) as file:
        while True:
            file.write(bytes(1 << 20))
END
define forks 'timeout: 20s' <<'END'
import os
def handler(event, context):
    while True:
        try:
            os.fork()
        except BlockingIOError:
            pass
END
sed -i '/^timeout: 300s$/d' "$work/functions/forks/function.yaml"
spinning='import time
def handler(event, context):
    used, began = time.process_time(), time.monotonic()
    while time.monotonic() - began < 10:
        pass
    return round(100 * (time.process_time() - used) / (time.monotonic() - began))'
echo "$spinning" | define spins 'cpu: 50%'
echo "$spinning" | define spins-freely ''

groups=/sys/fs/cgroup/system.slice/roost.service
# Without KVM everything takes twenty times as long.
slow='[Service]\nTimeoutStartSec=900\nWatchdogSec=0\n'

# install: a daemon with these functions
install() {
    vm put "$ROOST_DEB" /var/tmp/roost.deb
    tar -C "$work/functions" -cf "$work/functions.tar" .
    vm put "$work/functions.tar" /var/tmp/functions.tar
    check "the package installs, and its service starts" "mkdir -p /etc/systemd/system/roost.service.d /etc/roost/functions /etc/roost/conf.d && printf '$slow' >/etc/systemd/system/roost.service.d/slow.conf &&
        tar -xf /var/tmp/functions.tar -C /etc/roost/functions && printf 'functions: { folder: /etc/roost/functions, init-timeout: 600s }\n' >/etc/roost/conf.d/functions.yaml &&
        DEBIAN_FRONTEND=noninteractive dpkg -i --force-confold /var/tmp/roost.deb && chmod -R a+rX /etc/roost && systemctl is-active --quiet roost"
    check "a function runs" "roost fn invoke hello | grep -q hello"
}

if [ -z "${ROOST_DEB:-}" ]; then
    echo "limits: building the package"
    ROOST_DEB=$("$root/packaging/deb/build.sh" --fast | tail -1)
fi
[ -e "$dir/built" ] || { echo "limits: making a virtual machine"; vm build; }

with_groups() {
    echo "limits: a machine with control groups"
    vm start
    install
    check "the doctor sees control groups" "roost doctor | grep 'memory: control group; processes: control group; processor: control group'"
    check "a worker's group has its limits" "grep -qx 134217728 $groups/fn-hello-*/memory.max && grep -qx 128 $groups/fn-hello-*/pids.max && grep -qx 1000 $groups/main/cpu.weight"
    check "memory without end is out of memory" "roost fn invoke grows | grep -q Runtime.OutOfMemory"
    check "also spread over processes" "roost fn invoke spreads | grep -q Runtime.OutOfMemory"
    check "also as files in memory" "roost fn invoke fills | grep -q Runtime.OutOfMemory"
    check "a fork bomb runs out of time" "roost fn invoke forks | grep -q Sandbox.Timedout"
    check "others run on" "roost fn invoke hello | grep -q hello"
    # Two are there at rest: hello's, which is pinned, and that of the spare interpreter.
    check "nothing is left of those that ended" "n=0; while [ \$(ls -d $groups/fn-*/ | wc -l) -gt 2 ]; do n=\$((n + 1)); [ \$n -lt 100 ] || exit 1; sleep 0.2; done"
    check "a function without a limit runs as much as it can" "roost fn invoke spins-freely >/var/tmp/freely && grep -qxE '[0-9]+' /var/tmp/freely"
    # An emulated, busy machine may have no more than half a core for anybody.
    freely=$(vm run cat /var/tmp/freely)
    if [ "$freely" -gt 70 ]; then
        check "half a core is half a core" "share=\$(roost fn invoke spins) && [ \$share -ge 30 ] && [ \$share -le 60 ]"
    else
        echo "     skipped: half a core is half a core: without a limit it got $freely % of one"
    fi
    check "a daemon that was killed leaves no worker and no group" "old=\$(ls -d $groups/fn-hello-*/) && kill -9 \$(systemctl show -P MainPID roost) && sleep 5 && systemctl start roost && roost fn invoke hello | grep -q hello && ! [ -e \$old ]"
    vm stop
}

without_memory() {
    echo "limits: a machine whose kernel counts no memory, as Raspberry Pi OS starts"
    vm start cgroup_disable=memory
    install
    check "the daemon tells" "journalctl -u roost | grep -q 'the kernel.s memory controller is off; put cgroup_enable=memory'"
    check "the doctor tells, with what to do" "roost doctor | grep 'memory: watch' && roost doctor | grep -q cgroup_enable=memory"
    check "memory without end is refused to the process" "roost fn invoke grows | grep -E 'MemoryError|Runtime.OutOfMemory'"
    check "spread over processes it is out of memory" "roost fn invoke spreads | grep -q Runtime.OutOfMemory"
    check "a fork bomb runs out of time" "roost fn invoke forks | grep -q Sandbox.Timedout"
    check "others run on" "roost fn invoke hello | grep -q hello"
    vm stop
}

of_version_1() {
    echo "limits: a machine whose systemd mounts control groups of version 1, as Debian 10 did"
    vm start systemd.unified_cgroup_hierarchy=0
    install
    check "the machine is such a one" "! [ -e /sys/fs/cgroup/cgroup.controllers ] && [ -d /sys/fs/cgroup/memory ]"
    check "the daemon tells" "journalctl -u roost | grep -q 'does not mount control groups of version 2'"
    check "the doctor tells, and what stands in for them" "roost doctor | grep 'memory: watch' && roost doctor | grep -q 'control groups of version 2'"
    check "memory without end is refused to the process" "roost fn invoke grows | grep -E 'MemoryError|Runtime.OutOfMemory'"
    check "spread over processes it is out of memory" "roost fn invoke spreads | grep -q Runtime.OutOfMemory"
    check "a fork bomb runs out of time" "roost fn invoke forks | grep -q Sandbox.Timedout"
    check "others run on" "roost fn invoke hello | grep -q hello"
    vm stop
}

case ${1:-both} in
both)
    with_groups
    without_memory
    ;;
groups) with_groups ;;
watch) without_memory ;;
legacy) of_version_1 ;;
esac
echo "limits: $checks checks passed"
