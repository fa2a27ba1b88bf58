#!/bin/sh
# A throw-away Debian with a kernel of its own, in qemu: for what a container cannot show, such as control groups that really limit. Needs root.
#   tests/vm/machine.sh build          makes the image (about two minutes; Debian's archive is needed)
#   tests/vm/machine.sh start [ARG..]  starts it fresh, with these arguments for its kernel; returns when it answers (half a minute without KVM)
#   tests/vm/machine.sh again [ARG..]  starts it with the disk as a `cut` or `halt` left it
#   tests/vm/machine.sh run COMMAND..  runs a command in it as root
#   tests/vm/machine.sh put FILE PATH  copies a file into it
#   tests/vm/machine.sh tunnel A:B     makes its loopback port B the port A here, until it is killed
#   tests/vm/machine.sh plug SOCKET    gives it one more disk, /dev/vdb, from a server of network block devices
#   tests/vm/machine.sh cut            pulls the plug: kill -9
#   tests/vm/machine.sh halt           shuts it down in order
#   tests/vm/machine.sh freeze NAME    keeps it as it runs, with memory and disk, and ends it
#   tests/vm/machine.sh thaw NAME      starts it as it was kept: some seconds in place of a boot
#   tests/vm/machine.sh stop           ends it; what it has written is gone
# ROOST_VM=DIR is where the image is kept (default out/vm-SUITE), SUITE the Debian (default bookworm). The machine reaches no network; its
# port 1884 is the port that the file RUN/mqtt-port names here. ROOST_VM_RUN=RUN is where the running one keeps its files (default DIR/run): one
# each, and several run side by side. ROOST_VM_RTC=2030-01-01T00:00:00 is the time of its clock at the start.
# ROOST_VM_PATIENCE is how many seconds a boot may take (default 900, with `again` 1800). Exit code 77: this machine cannot run it; 1: what ran once does not come up again.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
suite=${SUITE:-bookworm}
dir=${ROOST_VM:-$root/out/vm-$suite}
run=${ROOST_VM_RUN:-$dir/run}
cannot() { echo "vm: skipped: $*" >&2; exit 77; }
port() { cat "$run/port"; }
remote() { ssh -q -i "$dir/key" -o BatchMode=yes -o ConnectTimeout=120 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -p "$(port)" "$@"; }
alive() { [ -f "$run/pid" ] && kill -0 "$(cat "$run/pid")" 2>/dev/null; }
gone() {
    while alive; do sleep 0.1; done
    rm -f "$run/pid"
}
monitor() { "$here/qmp.py" "$run/qmp" "$@"; }
free_ports() { python3 -c 'import socket; held = [socket.create_server(("127.0.0.1", 0)) for _ in "ab"]; print(*(s.getsockname()[1] for s in held), sep="\n")'; }

# fresh FILE FORMAT: what the machine writes goes beside the disk FILE
fresh() {
    alive && { echo "vm: it is running already" >&2; exit 1; }
    mkdir -p "$run"
    rm -f "$run/disk"
    qemu-img create -q -f qcow2 -b "$(realpath "$1")" -F "$2" "$run/disk"
}

# boot KERNEL-ARGUMENTS [QEMU-ARGUMENT..]
boot() {
    words=$1
    shift
    alive && { echo "vm: it is running already" >&2; exit 1; }
    # /dev/kvm alone is not enough: there are some that start no ordinary kernel.
    grep -qE '\b(vmx|svm)\b' /proc/cpuinfo && [ -w /dev/kvm ] && how='kvm -cpu host' || how='tcg,thread=multi -cpu max'
    free_ports >"$run/ports"
    sed -n 1p "$run/ports" >"$run/port"
    sed -n 2p "$run/ports" >"$run/mqtt-port"
    # shellcheck disable=SC2086 # several words
    nice -n "${ROOST_VM_NICE:-19}" qemu-system-x86_64 -accel $how -machine q35 -smp 2 -m "${ROOST_VM_MEMORY:-2G}" -display none -no-reboot ${ROOST_VM_RTC:+-rtc base=$ROOST_VM_RTC} \
        -kernel "$dir/kernel" -initrd "$dir/initrd" -append "root=/dev/vda rw quiet console=ttyS0 net.ifnames=0 panic=1 $words" \
        -drive "file=$run/disk,if=virtio,format=qcow2" -device pcie-root-port,id=port1,chassis=1,slot=1 -device pcie-root-port,id=port2,chassis=2,slot=2 \
        -nic "user,model=virtio-net-pci,restrict=on,hostfwd=tcp:127.0.0.1:$(port)-:22,hostfwd=tcp:127.0.0.1:$(cat "$run/mqtt-port")-:1884" \
        -device virtio-rng-pci -serial "file:$run/console" -monitor none -qmp "unix:$run/qmp,server=on,wait=off" "$@" </dev/null >"$run/qemu.log" 2>&1 &
    echo $! >"$run/pid"
    # A thawed machine stands still as it was frozen, until it is told to go on.
    case $* in *-incoming*) monitor wait-for-migration cont || cannot "the machine does not thaw: $(tail -1 "$run/qemu.log")" ;; esac
    began=$(date +%s)
    until remote root@127.0.0.1 true 2>/dev/null; do
        alive || cannot "the machine does not start: $(tail -1 "$run/qemu.log")"
        [ $(($(date +%s) - began)) -lt "${ROOST_VM_PATIENCE:-900}" ] ||
            { kill "$(cat "$run/pid")"; gone; cannot "the machine was not up after ${ROOST_VM_PATIENCE:-900} seconds: $(tail -1 "$run/console")"; }
        sleep 0.5
    done
}

case ${1:-} in
build)
    [ "$(id -u)" -eq 0 ] || cannot "only root can make the image"
    command -v mmdebstrap >/dev/null && command -v qemu-system-x86_64 >/dev/null && command -v qemu-img >/dev/null && command -v mke2fs >/dev/null && command -v ssh-keygen >/dev/null ||
        { apt-get update && apt-get install -y --no-install-recommends mmdebstrap qemu-system-x86 qemu-utils e2fsprogs openssh-client; } >/dev/null 2>&1 ||
        cannot "qemu is missing and apt could not install it"
    rm -rf --one-file-system "$dir"
    mkdir -p "$dir"
    ssh-keygen -q -t ed25519 -N '' -f "$dir/key"
    # A short list of modules for the first stage: the whole set takes longer to unpack than the rest of the start.
    mmdebstrap --quiet --variant=minbase --aptopt='Apt::Install-Recommends "0"' \
        --include=systemd-sysv,dbus,udev,kmod,linux-image-amd64,openssh-server,iproute2,procps,python3,nodejs,bubblewrap,curl,libsqlite3-0,libssl3,libstdc++6,zlib1g,ca-certificates,init-system-helpers,mosquitto-clients,gpiod,i2c-tools \
        --essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d" && echo MODULES=list >"$1/etc/initramfs-tools/conf.d/list" && printf "virtio_pci\nvirtio_blk\next4\n" >"$1/etc/initramfs-tools/modules"' \
        "$suite" "$dir/tree" >"$dir/log" 2>&1 || cannot "mmdebstrap failed: $(tail -1 "$dir/log")"
    echo roost-vm >"$dir/tree/etc/hostname"
    echo '/dev/vda / ext4 rw 0 1' >"$dir/tree/etc/fstab"
    printf '[Match]\nName=eth0\n[Network]\nDHCP=ipv4\n' >"$dir/tree/etc/systemd/network/eth0.network"
    install -D -m 600 "$dir/key.pub" "$dir/tree/root/.ssh/authorized_keys"
    chroot "$dir/tree" systemctl -q enable systemd-networkd ssh
    chroot "$dir/tree" systemctl -q mask apt-daily.timer apt-daily-upgrade.timer systemd-networkd-wait-online.service
    cp "$dir"/tree/boot/vmlinuz-* "$dir/kernel"
    cp "$dir"/tree/boot/initrd.img-* "$dir/initrd"
    truncate -s 4G "$dir/disk"
    mke2fs -q -t ext4 -d "$dir/tree" "$dir/disk"
    rm -rf --one-file-system "$dir/tree"
    touch "$dir/built"
    ;;
start)
    shift
    fresh "$dir/disk" raw
    boot "$*"
    ;;
again)
    shift
    # It has been up before: what keeps it away now is what was done to it, and no matter of this machine.
    cannot() { echo "vm: $*" >&2; exit 1; }
    ROOST_VM_PATIENCE=${ROOST_VM_PATIENCE:-1800}
    boot "$*"
    ;;
freeze)
    # The file systems are quiet when the machine stands still, so that disk and memory fit each other whatever qemu had still to write.
    remote root@127.0.0.1 sync
    monitor stop migrate "{\"uri\": \"exec:cat >'$run/memory'\"}" wait-for-migration quit
    gone
    mkdir -p "$dir/frozen"
    mv "$run/memory" "$dir/frozen/$2.memory"
    mv "$run/disk" "$dir/frozen/$2.disk"
    ;;
thaw)
    fresh "$dir/frozen/$2.disk" qcow2
    boot "" -incoming "exec:cat '$dir/frozen/$2.memory'"
    # What no two machines may have in common: the time, and what their random numbers begin with.
    head -c 256 /dev/urandom | remote root@127.0.0.1 "date -qs @$(date +%s) 2>/dev/null || date -s @$(date +%s) >/dev/null
        python3 -c 'import fcntl, struct, sys; seed = sys.stdin.buffer.read(); random = open(\"/dev/urandom\", \"wb\")
fcntl.ioctl(random, 0x40085203, struct.pack(\"ii\", 8 * len(seed), len(seed)) + seed); fcntl.ioctl(random, 0x5207)'"
    ;;
plug)
    monitor blockdev-add "{\"driver\": \"nbd\", \"node-name\": \"more\", \"server\": {\"type\": \"unix\", \"path\": \"$2\"}}" \
        device_add '{"driver": "virtio-blk-pci", "drive": "more", "id": "more", "bus": "port1"}'
    remote root@127.0.0.1 'while ! [ -b /dev/vdb ]; do sleep 0.1; done'
    ;;
run) shift; remote root@127.0.0.1 "$@" ;;
put)
    # By a disk that comes and goes: an emulated machine takes minutes to decrypt what comes by ssh.
    size=$(stat -c %s "$2")
    monitor blockdev-add "{\"driver\": \"raw\", \"node-name\": \"file\", \"read-only\": true, \"file\": {\"driver\": \"file\", \"filename\": \"$(realpath "$2")\", \"read-only\": true}}" \
        device_add '{"driver": "virtio-blk-pci", "drive": "file", "id": "file", "serial": "file", "bus": "port2"}'
    remote root@127.0.0.1 "until disk=\$(grep -lx file /sys/block/vd*/serial); do sleep 0.1; done 2>/dev/null; disk=\${disk#/sys/block/}; head -c $size /dev/\${disk%/serial} >'$3'"
    monitor device_del '{"id": "file"}'
    remote root@127.0.0.1 'while grep -qx file /sys/block/vd*/serial 2>/dev/null; do sleep 0.1; done'
    until monitor blockdev-del '{"node-name": "file"}' 2>/dev/null; do sleep 0.2; done
    ;;
tunnel) exec ssh -q -i "$dir/key" -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ExitOnForwardFailure=yes -p "$(port)" -N -L "127.0.0.1:${2%%:*}:127.0.0.1:${2##*:}" root@127.0.0.1 ;;
cut)
    kill -9 "$(cat "$run/pid")"
    gone
    ;;
halt)
    remote root@127.0.0.1 systemctl poweroff || true
    gone
    ;;
stop)
    if alive; then
        kill "$(cat "$run/pid")"
        gone
    fi
    rm -f "$run/disk"
    ;;
*) sed -n '2,19s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
