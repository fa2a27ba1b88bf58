#!/bin/sh
# The sensors of a machine with i2c-stub, lm75 and iio_dummy, asked of the installed package. Runs in the virtual machine as root, with the modules in /var/tmp/modules or in place.
# The last line is "sensors: N checks passed". Exit codes: 0 all passed, 1 a check failed, 77 there are no such modules.
set -u
checks=0
patience=${PATIENCE:-300} # seconds: an emulated machine takes its time
dummy=/sys/kernel/config/iio/devices/dummy
fail() {
    echo "FAIL $1"
    roost hardware list 2>&1 | sed 's/^/     /'
    roost hardware sensors 2>&1 | sed 's/^/     /'
    journalctl -u roost --no-pager -n 30 | sed 's/^/     /'
    exit 1
}

# eventually WORDS TEXT: the shell's text succeeds at last
eventually() {
    began=$(date +%s)
    until sh -c "$2" >/dev/null 2>&1; do
        [ $(($(date +%s) - began)) -lt "$patience" ] || fail "$1: $2"
        sleep 0.3
    done
    checks=$((checks + 1))
    echo "ok   $1"
}

# has THING TEXT: shell text that is true when the thing's shadow, one line without spaces, holds the text
has() { printf "roost shadow get %s --json | tr -d ' ' | grep -qF '%s'" "$1" "$2"; }
hasnt() { printf "! roost shadow get %s --json | tr -d ' ' | grep -qF '%s'" "$1" "$2"; }

modprobe -a configfs industrialio kfifo_buf industrialio-triggered-buffer 2>/dev/null
for module in irq_sim industrialio-configfs industrialio-sw-device iio_dummy_evgen iio_dummy; do
    modprobe "$module" 2>/dev/null || insmod "/var/tmp/modules/$module.ko" 2>/dev/null
done
modprobe i2c-dev 2>/dev/null
modprobe i2c-stub chip_addr=0x48,0x49 2>/dev/null && modprobe lm75 2>/dev/null || { echo "sensors: skipped: there is no i2c-stub or lm75"; exit 77; }
mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
bus=$(grep -l 'SMBus stub' /sys/bus/i2c/devices/i2c-*/name | head -1)
bus=$(dirname "$bus")
number=${bus##*-}

mkdir -p /etc/roost/conf.d
cat >/etc/roost/conf.d/sensors.yaml <<END
hardware:
  sensors:
    - { thing: rack, property: first, source: hwmon, device: "lm75@$number-0048", channel: temp1, every: 500ms, deadband: 0, min-interval: 0, topic: sensors/rack }
    - { thing: rack, property: second, source: hwmon, device: "$number-0049", every: 500ms, deadband: 0, min-interval: 0 }
    - { thing: greenhouse, property: soil, source: iio, device: greenhouse, channel: voltage0, every: 500ms, scale: 1000 }
    - { thing: greenhouse, property: tilt, source: iio, device: greenhouse, channel: accel_x, every: 500ms }
    - { thing: gateway, property: water, source: w1, device: 28-00000a1b2c3d, every: 1s }
    - { thing: gateway, property: slow, source: throttling, every: 1s }
END
chown -R root:roost /etc/roost/conf.d 2>/dev/null
systemctl restart roost || fail "the daemon starts"

echo "sensors: without any"
eventually "sensors that are not there are told" "roost hardware list --json | grep -qF 'there is no hwmon sensor' || roost hardware list --json | grep -qF 'this machine has no hwmon sensor'"
eventually "so is a machine that is no Raspberry Pi" "roost hardware list --json | grep -qF 'no Raspberry Pi firmware'"
eventually "and the doctor names them" "roost doctor | grep -q 'hardware.*gateway.water'"

echo "sensors: I2C"
echo lm75 0x48 >"$bus/new_device"
echo lm75 0x49 >"$bus/new_device"
eventually "a sensor that comes is found without a restart" "$(has rack '"first":')"
eventually "the other of the same name, too" "$(has rack '"second":')"
eventually "both are listed with their places" "roost hardware sensors | grep -q 'lm75@$number-0048.*temp1' && roost hardware sensors --yaml | grep -qF 'lm75@$number-0049'"
if command -v i2cset >/dev/null; then # -f: the driver has the address
    i2cset -f -y "$number" 0x48 0 0x8019 w
    eventually "what it measures is reported" "$(has rack '"first":25.5')"
    i2cset -f -y "$number" 0x48 0 0x80e7 w
    eventually "below zero, too" "$(has rack '"first":-24.5')"
else
    echo "     skipped: values of I2C sensors: there is no i2cset (i2c-tools)"
fi
echo 0x48 >"$bus/delete_device"
eventually "a sensor that goes away is told" "roost hardware list --json | grep -qF 'there is no hwmon sensor lm75@$number-0048'"
eventually "and its value goes out of the shadow" "$(hasnt rack '"first":')"
eventually "the other stays" "$(has rack '"second":')"
echo lm75 0x48 >"$bus/new_device"
eventually "and is well when it is back" "$(has rack '"first":')"

echo "sensors: IIO"
if mkdir $dummy/greenhouse 2>/dev/null; then
    eventually "raw, offset and scale make a value" "$(has greenhouse '"soil":0.10664')"
    eventually "and of an axis" "$(has greenhouse '"tilt":34')"
    rmdir $dummy/greenhouse
    eventually "a device that goes away is told" "$(hasnt greenhouse '"soil":')"
else
    echo "     skipped: IIO: there is no iio_dummy"
fi

echo "sensors: kill -9"
pid=$(systemctl show -P MainPID roost)
kill -9 "$pid"
eventually "the daemon is back, and reports" "test \$(systemctl show -P MainPID roost) -ne $pid && $(has rack '"first":')"
rm /etc/roost/conf.d/sensors.yaml
systemctl restart roost || fail "the daemon starts"
echo "sensors: $checks checks passed"
