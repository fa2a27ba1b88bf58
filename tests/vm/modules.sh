#!/bin/sh
# Builds the kernel modules that simulate pins and sensors, and that Debian's kernel leaves out: gpio-sim, irq_sim, iio_dummy. Needs Debian's
# linux-source-6.1 and the headers of that kernel, which it installs.
#   tests/vm/modules.sh KERNEL-RELEASE FOLDER
# Exit code 77: they cannot be had here.
set -eu
release=$1 out=$2
dpkg -s "linux-headers-$release" linux-source-6.1 gcc make xz-utils >/dev/null 2>&1 ||
    { apt-get update && apt-get install -y --no-install-recommends "linux-headers-$release" linux-source-6.1 gcc make xz-utils; } >/dev/null 2>&1 ||
    { echo "modules: skipped: the source of kernel $release is not to be had" >&2; exit 77; }
mkdir -p "$out"
cd "$out"
tar -xf /usr/src/linux-source-6.1.tar.xz --wildcards --transform='s,.*/,,' '*/drivers/gpio/gpio-sim.c' '*/drivers/gpio/gpiolib.h' '*/kernel/irq/irq_sim.c' \
    '*/drivers/iio/dummy/*.[ch]' '*/drivers/iio/industrialio-sw-device.c' '*/drivers/iio/industrialio-configfs.c'
# irq_sim is part of the kernel's image elsewhere: as a module it calls what modules may call, and has a licence.
sed -i -e 's/handle_simple_irq(irq_to_desc(irqnum))/generic_handle_irq(irqnum)/' -e '1a #include <linux/module.h>' irq_sim.c
grep -q MODULE_LICENSE irq_sim.c || echo 'MODULE_LICENSE("GPL");' >>irq_sim.c
cat >Kbuild <<'END'
obj-m := irq_sim.o gpio-sim.o industrialio-configfs.o industrialio-sw-device.o iio_dummy.o iio_dummy_evgen.o
iio_dummy-y := iio_simple_dummy.o iio_simple_dummy_events.o iio_simple_dummy_buffer.o
ccflags-y := -DCONFIG_IRQ_SIM=1 -DCONFIG_IIO_CONFIGFS=1 -DCONFIG_IIO_SW_DEVICE=1 -DCONFIG_IIO_SIMPLE_DUMMY_EVENTS=1 -DCONFIG_IIO_SIMPLE_DUMMY_BUFFER=1
END
make -s -C "/usr/src/linux-headers-$release" M="$PWD" modules >make.log 2>&1 || { tail -5 make.log >&2; exit 1; }
strip --strip-debug ./*.ko
