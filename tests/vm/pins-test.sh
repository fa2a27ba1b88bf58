#!/bin/sh
# Shows the machine's pins and sensors in a virtual machine with gpio-sim, i2c-stub and iio_dummy: sensors-checks.sh and pins-checks.sh over the installed package. Needs root. Minutes; without KVM a quarter of an hour.
#   ROOST_DEB=FILE                     tests that package; otherwise it is built
#   SUITE, ROOST_VM, ROOST_VM_RUN      see machine.sh; only bookworm's kernel has its source here
# The last line is "pins: N checks passed", of what ran; before it is a line "pins: skipped: ..." for each part that did not. Exit codes: 0 all that ran passed, 1 a check failed, 77 nothing could run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
dir=${ROOST_VM:-$root/out/vm-${SUITE:-bookworm}}
work=$(mktemp -d)
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
[ -n "${ROOST_DEB:-}" ] || ROOST_DEB=$("$root/packaging/deb/build.sh" --fast | tail -1)
[ -e "$dir/built" ] || { echo "pins: making a virtual machine"; vm build; }
vm start
"$here/modules.sh" "$(vm run uname -r)" "$work/modules"
(cd "$work/modules" && tar -cf "$work/modules.tar" ./*.ko)
vm put "$work/modules.tar" /var/tmp/modules.tar
vm put "$ROOST_DEB" /var/tmp/roost.deb
vm put "$here/pins-checks.sh" /var/tmp/pins-checks.sh
vm put "$here/sensors-checks.sh" /var/tmp/sensors-checks.sh
# Without KVM everything takes twenty times as long.
vm run 'mkdir -p /var/tmp/modules /etc/systemd/system/roost.service.d && tar -xf /var/tmp/modules.tar -C /var/tmp/modules &&
    printf "[Service]\nTimeoutStartSec=900\nTimeoutStopSec=300\nWatchdogSec=0\n" >/etc/systemd/system/roost.service.d/slow.conf && DEBIAN_FRONTEND=noninteractive dpkg -i --force-confold /var/tmp/roost.deb' >"$work/output" 2>&1 ||
    { cat "$work/output"; exit 1; }
# Without i2c-stub there are pins all the same.
ran=0
for part in sensors pins; do
    echo 0 >"$work/code"
    { vm run "sh /var/tmp/$part-checks.sh" || echo $? >"$work/code"; } | tee "$work/$part.log"
    code=$(cat "$work/code")
    [ "$code" -eq 0 ] || [ "$code" -eq 77 ] || exit "$code"
    passed=$(sed -n "s/^$part: \([0-9][0-9]*\) checks passed\$/\1/p" "$work/$part.log" | tail -1)
    [ "$code" -eq 77 ] || [ -n "$passed" ] || { echo "FAIL $part told no checks"; exit 1; }
    ran=$((ran + ${passed:-0}))
done
sed -n 's/^\(sensors: \|pins: \|     \)skipped: /pins: skipped: /p' "$work/sensors.log" "$work/pins.log"
[ "$ran" -gt 0 ] || exit 77
echo "pins: $ran checks passed"
