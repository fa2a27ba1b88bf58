#!/bin/sh
# Shows the machine's pins and sensors in a virtual machine with gpio-sim, i2c-stub and iio_dummy: sensors-checks.sh and pins-checks.sh over the installed package. Needs root. Minutes; without KVM a quarter of an hour.
#   ROOST_DEB=FILE                     tests that package; otherwise it is built
#   SUITE, ROOST_VM, ROOST_VM_RUN      see machine.sh; only bookworm's kernel has its source here
# The last line is "pins: N checks passed". Exit codes: 0 all passed, 1 a check failed, 77 this machine cannot run it.
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
    printf "[Service]\nTimeoutStartSec=900\nWatchdogSec=0\n" >/etc/systemd/system/roost.service.d/slow.conf && DEBIAN_FRONTEND=noninteractive dpkg -i --force-confold /var/tmp/roost.deb' >"$work/output" 2>&1 ||
    { cat "$work/output"; exit 1; }
code=0
vm run 'sh /var/tmp/sensors-checks.sh' || code=$?
[ "$code" -eq 0 ] || [ "$code" -eq 77 ] || exit "$code" # without i2c-stub there are pins all the same
vm run 'sh /var/tmp/pins-checks.sh'
