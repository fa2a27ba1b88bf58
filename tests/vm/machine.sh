#!/bin/sh
# A throw-away Debian with a kernel of its own, in qemu: for what a container cannot show, such as control groups that really limit. Needs root.
#   tests/vm/machine.sh build          makes the image (about two minutes; Debian's archive is needed)
#   tests/vm/machine.sh start [ARG..]  starts it fresh, with these arguments for its kernel; returns when it answers (half a minute without KVM)
#   tests/vm/machine.sh run COMMAND..  runs a command in it as root
#   tests/vm/machine.sh put FILE PATH  copies a file into it
#   tests/vm/machine.sh stop           ends it; what it has written is gone
# ROOST_VM=DIR is where the image is kept (default out/vm-SUITE), SUITE the Debian (default bookworm). The machine reaches no network.
# Exit code 77: this machine cannot run it.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
suite=${SUITE:-bookworm}
dir=${ROOST_VM:-$root/out/vm-$suite}
cannot() { echo "vm: skipped: $*" >&2; exit 77; }
port() { cat "$dir/port"; }
remote() { ssh -q -i "$dir/key" -o BatchMode=yes -o ConnectTimeout=10 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "$@"; }
alive() { [ -f "$dir/pid" ] && kill -0 "$(cat "$dir/pid")" 2>/dev/null; }

case ${1:-} in
build)
    [ "$(id -u)" -eq 0 ] || cannot "only root can make the image"
    command -v mmdebstrap >/dev/null && command -v qemu-system-x86_64 >/dev/null && command -v mke2fs >/dev/null && command -v ssh-keygen >/dev/null ||
        { apt-get update && apt-get install -y --no-install-recommends mmdebstrap qemu-system-x86 qemu-utils e2fsprogs openssh-client; } >/dev/null 2>&1 ||
        cannot "qemu is missing and apt could not install it"
    rm -rf "$dir"
    mkdir -p "$dir"
    ssh-keygen -q -t ed25519 -N '' -f "$dir/key"
    # A short list of modules for the first stage: the whole set takes longer to unpack than the rest of the start.
    mmdebstrap --quiet --variant=minbase --aptopt='Apt::Install-Recommends "0"' \
        --include=systemd-sysv,dbus,udev,kmod,linux-image-amd64,openssh-server,iproute2,procps,python3,nodejs,bubblewrap,curl,libsqlite3-0,libssl3,libstdc++6,zlib1g,ca-certificates,init-system-helpers \
        --essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d" && echo MODULES=list >"$1/etc/initramfs-tools/conf.d/list" && printf "virtio_pci\nvirtio_blk\next4\n" >"$1/etc/initramfs-tools/modules"' \
        "$suite" "$dir/root" >"$dir/log" 2>&1 || cannot "mmdebstrap failed: $(tail -1 "$dir/log")"
    echo roost-vm >"$dir/root/etc/hostname"
    echo '/dev/vda / ext4 rw 0 1' >"$dir/root/etc/fstab"
    printf '[Match]\nName=eth0\n[Network]\nDHCP=ipv4\n' >"$dir/root/etc/systemd/network/eth0.network"
    install -D -m 600 "$dir/key.pub" "$dir/root/root/.ssh/authorized_keys"
    chroot "$dir/root" systemctl -q enable systemd-networkd ssh
    chroot "$dir/root" systemctl -q mask apt-daily.timer apt-daily-upgrade.timer systemd-networkd-wait-online.service
    cp "$dir"/root/boot/vmlinuz-* "$dir/kernel"
    cp "$dir"/root/boot/initrd.img-* "$dir/initrd"
    truncate -s 4G "$dir/disk"
    mke2fs -q -t ext4 -d "$dir/root" "$dir/disk"
    rm -rf "$dir/root"
    touch "$dir/built"
    ;;
start)
    shift
    alive && { echo "vm: it is running already" >&2; exit 1; }
    # /dev/kvm alone is not enough: there are some that start no ordinary kernel.
    grep -qE '\b(vmx|svm)\b' /proc/cpuinfo && [ -w /dev/kvm ] && how='kvm -cpu host' || how='tcg,thread=multi -cpu max'
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' >"$dir/port"
    qemu-system-x86_64 -accel $how -machine q35 -smp 2 -m 2G -display none -no-reboot -snapshot \
        -kernel "$dir/kernel" -initrd "$dir/initrd" -append "root=/dev/vda rw quiet console=ttyS0 net.ifnames=0 panic=1 $*" \
        -drive "file=$dir/disk,if=virtio,format=raw" -nic "user,model=virtio-net-pci,restrict=on,hostfwd=tcp:127.0.0.1:$(port)-:22" \
        -device virtio-rng-pci -serial "file:$dir/console" -monitor none </dev/null >"$dir/qemu.log" 2>&1 &
    echo $! >"$dir/pid"
    n=0
    until remote -p "$(port)" root@127.0.0.1 true 2>/dev/null; do
        alive || cannot "the machine does not start: $(tail -1 "$dir/qemu.log")"
        n=$((n + 1))
        [ $n -lt 240 ] || cannot "the machine was not up after two minutes: $(tail -1 "$dir/console")"
        sleep 0.5
    done
    ;;
run) shift; remote -p "$(port)" root@127.0.0.1 "$@" ;;
put) remote -p "$(port)" root@127.0.0.1 "cat >'$3'" <"$2" ;;
stop)
    if alive; then
        kill "$(cat "$dir/pid")"
        while alive; do sleep 0.1; done
    fi
    rm -f "$dir/pid"
    ;;
*) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
