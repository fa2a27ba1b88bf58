#!/bin/sh
# The pins of a machine with gpio-sim, asked of the installed package. Runs in the virtual machine as root, with the modules in /var/tmp/modules or in place.
# The last line is "pins: N checks passed". Exit codes: 0 all passed, 1 a check failed, 77 there is no gpio-sim.
set -u
checks=0
patience=${PATIENCE:-300} # seconds: an emulated machine takes its time
config=/sys/kernel/config/gpio-sim/roost
fail() {
    echo "FAIL $1"
    roost hardware list 2>&1 | sed 's/^/     /'
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

check() {
    sh -c "$2" >/tmp/pins-output 2>&1 || { sed 's/^/     /' /tmp/pins-output; fail "$1: $2"; }
    checks=$((checks + 1))
    echo "ok   $1"
}

# has THING TEXT: shell text that is true when the thing's shadow, one line without spaces, holds the text
has() { printf "roost shadow get %s --json | tr -d ' ' | grep -qF '%s'" "$1" "$2"; }
# count METRIC: 0 before its first event
count() { curl -s --unix-socket /run/roost/roostd.sock http://roost/metrics | awk -v name="$1" '$1 == name { n = $2 } END { print n + 0 }'; }
restart() { systemctl restart roost || fail "the daemon starts"; }

for module in irq_sim gpio-sim; do
    modprobe "$module" 2>/dev/null || insmod "/var/tmp/modules/$module.ko" 2>/dev/null
done
grep -q '^gpio_sim ' /proc/modules || { echo "pins: skipped: there is no gpio-sim"; exit 77; }
mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
[ ! -d $config ] || { echo 0 >$config/live; find $config -depth -type d -exec rmdir {} + 2>/dev/null; }

mkdir -p /etc/roost/conf.d
cat >/etc/roost/conf.d/pins.yaml <<'END'
hardware:
  gpio:
    - { thing: button, property: pressed, line: BUTTON, topic: pins/button, min-interval: 0 }
    - { thing: reed, property: open, line: "5", chip: pins, active: low, pull: up, debounce: 1s, topic: pins/reed }
    - { thing: lamp, property: on, line: LAMP, direction: out }
    - { thing: fan, property: speed, line: FAN, pwm: { frequency: 5Hz } }
    - { thing: other, property: on, line: TAKEN }
    - { thing: none, property: on, line: NOWHERE }
routes: [ { from: "pins/#", to: { stream: edges } } ]
streams: { edges: { retention: { records: 100000 } } }
END
chown -R root:roost /etc/roost/conf.d 2>/dev/null
restart

echo "pins: without a chip"
eventually "a daemon without its chip runs, and says so" "roost hardware list --json | grep -qF 'this machine has no GPIO chip'"
check "the doctor names it" "roost doctor | grep -q 'hardware.*button.pressed'"

mkdir -p $config/bank0
echo 8 >$config/bank0/num_lines
echo pins >$config/bank0/label
for line in 0:BUTTON 1:LAMP 2:FAN 3:TAKEN 4:FREE; do
    mkdir $config/bank0/line${line%%:*}
    echo "${line#*:}" >$config/bank0/line${line%%:*}/name
done
start_chip() {
    echo 1 >$config/live
    chip=$(cat $config/bank0/chip_name)
    sim=/sys/devices/platform/$(cat $config/dev_name)/$chip
}
# Somebody else has a line before the daemon comes.
start_chip
gpiomon "$chip" 3 >/dev/null 2>&1 &
other=$!
trap 'kill $other 2>/dev/null' EXIT

echo "pins: with gpio-sim"
eventually "the chip is found without a restart" "roost hardware lines --used | grep -q 'BUTTON.*roost.*button.pressed'"
check "udev gave it to the group gpio" "test \"\$(stat -c '%G %a' /dev/$chip)\" = 'gpio 660'"
eventually "what a line is at the start is reported" "$(has button '"pressed":false')"
echo pull-up >"$sim/sim_gpio0/pull"
eventually "an input that goes high is reported" "$(has button '"pressed":true')"
echo pull-down >"$sim/sim_gpio0/pull"
eventually "and low again" "$(has button '"pressed":false')"
eventually "both edges went through a route, with the kernel's time, one after the other" "roost stream read edges | grep -c kernelSeconds | grep -qx 2"
eventually "an input that is true when low is read so" "$(has reed '"open":false') || $(has reed '"open":true')"

check "nothing but the configured lines is taken" "roost hardware lines --used | grep -c ' roost ' | grep -qx 4"
eventually "a line in use is told with the name of its user" "roost hardware list --json | grep -qF 'is in use by gpiomon'"
eventually "a line that is not there is told" "roost hardware list --json | grep -qF 'no line is called NOWHERE'"
kill $other
eventually "a line that becomes free is taken" "roost hardware lines --used | grep -q 'TAKEN.*other.on'"

roost shadow update lamp '{"state":{"desired":{"on":true}}}' >/dev/null
eventually "desired state drives an output" "grep -qx 1 $sim/sim_gpio1/value"
eventually "and is reported" "$(has lamp '"reported":{"on":true}')"
roost shadow update lamp '{"state":{"desired":{"on":"purple"}}}' >/dev/null
eventually "a value that does not fit is told in errors" "$(has lamp '"errors":{"on":"writetrueorfalse"}')"
check "and not applied" "grep -qx 1 $sim/sim_gpio1/value"
roost shadow update lamp '{"state":{"desired":{"on":true}}}' >/dev/null

roost shadow update fan '{"state":{"desired":{"speed":0.5}}}' >/dev/null
eventually "pulses: the output is high" "grep -qx 1 $sim/sim_gpio2/value"
eventually "pulses: the output is low" "grep -qx 0 $sim/sim_gpio2/value"
pid=$(systemctl show -P MainPID roost)
check "one thread makes them" "cat /proc/$pid/task/*/comm | grep -cx 'gpio pulses' | grep -qx 1"
roost shadow update fan '{"state":{"desired":{"speed":0}}}' >/dev/null
eventually "which ends with them" "! cat /proc/$pid/task/*/comm | grep -qx 'gpio pulses'"
check "one thread waits for edges" "cat /proc/$pid/task/*/comm | grep -cx 'gpio edges' | grep -qx 1"
thread=$(grep -lx 'gpio edges' /proc/"$pid"/task/*/comm)
thread=${thread%/comm}
before=$(awk '{ print $14 + $15 }' "$thread/stat")
sleep 10
check "and takes no time while there are none" "test \$(awk '{ print \$14 + \$15 }' $thread/stat) -eq $before"

# A contact that bounces is one edge; edges that come too fast are counted.
echo pull-down >"$sim/sim_gpio5/pull"
eventually "a closed contact is true" "$(has reed '"open":true')"
edges_before=$(count roost_hardware_edges_total)
for i in 1 2 3 4 5; do
    echo pull-up >"$sim/sim_gpio5/pull"
    echo pull-down >"$sim/sim_gpio5/pull"
done
echo pull-up >"$sim/sim_gpio5/pull"
eventually "a contact that bounces comes to rest" "$(has reed '"open":false')"
edges_after=$(count roost_hardware_edges_total)
check "and was one edge (or some, where the machine was too slow to bounce)" "test $((edges_after - edges_before)) -ge 1 && test $((edges_after - edges_before)) -le 11"

total() { echo $(($(count roost_hardware_edges_total) + $(count roost_hardware_edges_lost_total))); }
before=$(total)
for i in $(seq 500); do
    echo pull-up >"$sim/sim_gpio0/pull"
    echo pull-down >"$sim/sim_gpio0/pull"
done
echo pull-up >"$sim/sim_gpio0/pull"
eventually "after a thousand edges the last level is reported" "$(has button '"pressed":true')"
for i in $(seq 100); do
    now=$(total)
    [ $((now - before)) -ge 1001 ] && break
    sleep 0.3
done
check "and all are accounted for, seen or lost ($((now - before)) of 1001)" "test $((now - before)) -eq 1001"

echo "pins: kill -9, and a chip that goes"
kill -9 "$pid"
eventually "the daemon is back" "test \$(systemctl show -P MainPID roost) -ne $pid && roost status"
eventually "its lines are its own again, and the output as desired" "grep -qx 1 $sim/sim_gpio1/value"
echo 0 >$config/live
eventually "a chip that has gone is told" "roost hardware list --json | grep -qE 'has gone|has no GPIO chip'"
check "and the daemon runs" "roost status"
start_chip
eventually "when it is back its lines are taken" "roost hardware lines --used | grep -q 'BUTTON.*roost'"
eventually "and its output is as desired" "grep -qx 1 $sim/sim_gpio1/value"
systemctl stop roost
check "the daemon stopped in order, and let its lines go" "! gpioinfo $chip | grep -q roost && test \"\$(systemctl show -P Result roost)\" = success"
rm /etc/roost/conf.d/pins.yaml
restart
echo "pins: $checks checks passed"
