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

# part FILE: of a hundred, how much of ten seconds a line was high
part() {
    n=0 high=0 end=$(($(date +%s) + 10))
    while [ "$(date +%s)" -lt $end ]; do
        read -r value <"$1"
        n=$((n + 1)) high=$((high + value))
    done
    echo $((high * 100 / n))
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
    - { thing: reed, property: open, line: "5", chip: pins, active: low, pull: up, debounce: 5s, topic: pins/reed }
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
echo pull-down >"$sim/sim_gpio5/pull"
eventually "an input with active: low is true when low" "$(has reed '"reported":{"open":true}')"
echo pull-up >"$sim/sim_gpio5/pull"
eventually "and false when high" "$(has reed '"reported":{"open":false}')"

check "nothing but the configured lines is taken" "roost hardware lines --used | grep -c ' roost ' | grep -qx 4"
eventually "a line in use is told with the name of its user" "roost hardware list --json | grep -qF 'is in use by gpiomon'"
eventually "a line that is not there is told" "roost hardware list --json | grep -qF 'no line is called NOWHERE'"
kill $other
eventually "a line that becomes free is taken" "roost hardware lines --used | grep -q 'TAKEN.*other.on'"

roost shadow update lamp '{"state":{"desired":{"on":true}}}' >/dev/null
eventually "desired state drives an output" "grep -qx 1 $sim/sim_gpio1/value"
eventually "and is reported" "$(has lamp '"reported":{"on":true}')"
roost shadow update lamp '{"state":{"desired":{"on":false}}}' >/dev/null
eventually "off, too" "grep -qx 0 $sim/sim_gpio1/value"
roost shadow update lamp '{"state":{"desired":{"on":"purple"}}}' >/dev/null
eventually "a value that does not fit is told in errors" "$(has lamp '"errors":{"on":"writetrueorfalse"}')"
check "and not applied" "grep -qx 0 $sim/sim_gpio1/value"
roost shadow update lamp '{"state":{"desired":{"on":true},"reported":{"on":true}}}' >/dev/null
eventually "what is desired and reported in one update is driven" "grep -qx 1 $sim/sim_gpio1/value"

roost shadow update fan '{"state":{"desired":{"speed":0.2}}}' >/dev/null
eventually "pulses are made" "$(has fan '"reported":{"speed":0.2}')"
little=$(part "$sim/sim_gpio2/value")
check "a fifth of the time the output is high ($little %)" "test $little -gt 5 && test $little -lt 40"
roost shadow update fan '{"state":{"desired":{"speed":0.8}}}' >/dev/null
eventually "others are made" "$(has fan '"reported":{"speed":0.8}')"
much=$(part "$sim/sim_gpio2/value")
check "four fifths of the time ($much %)" "test $much -gt 60 && test $much -lt 95"
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
began=$(date +%s%N)
for i in 1 2 3 4 5; do
    echo pull-up >"$sim/sim_gpio5/pull"
    echo pull-down >"$sim/sim_gpio5/pull"
done
echo pull-up >"$sim/sim_gpio5/pull"
took=$((($(date +%s%N) - began) / 1000000))
eventually "a contact that bounces comes to rest" "$(has reed '"open":false')"
edges_after=$(count roost_hardware_edges_total)
if [ "$took" -lt 4000 ]; then
    check "and was one edge ($((edges_after - edges_before)) of 11 changes in $took ms, debounced for 5 s)" "test $((edges_after - edges_before)) -ge 1 && test $((edges_after - edges_before)) -le 2"
else
    echo "     skipped: debouncing: eleven changes took $took ms, too long for a debounce of 5 s"
fi

total() { echo $(($(count roost_hardware_edges_total) + $(count roost_hardware_edges_lost_total))); }
before=$(total)
for i in $(seq 500); do
    echo pull-up >"$sim/sim_gpio0/pull"
    echo pull-down >"$sim/sim_gpio0/pull"
done
echo pull-up >"$sim/sim_gpio0/pull"
eventually "after a thousand edges the last level is reported" "$(has button '"pressed":true')"
# The kernel masks a line until its thread has run: edges that come meanwhile have no number, and nobody can count them.
now=$(total)
check "and no more are told, seen or lost, than there were ($((now - before)) of 1001)" "test $((now - before)) -ge 1 && test $((now - before)) -le 1001"

echo "pins: kill -9, and a chip that goes"
kill -9 "$pid"
eventually "the daemon is back" "test \$(systemctl show -P MainPID roost) -ne $pid && roost status"
eventually "its lines are its own again, and the output as desired" "grep -qx 1 $sim/sim_gpio1/value"
eventually "and between them the unit had left the output at its at-exit" "journalctl -u roost --no-pager | grep -q 'lamp.on .* is set to off, as the daemon did not stop in order'"
echo 0 >$config/live
eventually "a chip that has gone is told" "roost hardware list --json | grep -qE 'has gone|has no GPIO chip'"
check "and the daemon runs" "roost status"
eventually "what its inputs were is not told any more" "roost shadow get button --json >/tmp/button && ! grep -qF '\"pressed\"' /tmp/button"
eventually "nor that its output is as desired" "$(has lamp '"errors":{"on":"itcannotbesetnow:')"
start_chip
eventually "when it is back its lines are taken" "roost hardware lines --used | grep -q 'BUTTON.*roost'"
eventually "and its output is as desired" "grep -qx 1 $sim/sim_gpio1/value"
systemctl stop roost
check "the daemon stopped in order, and let its lines go" "! gpioinfo $chip | grep -q roost && test \"\$(systemctl show -P Result roost)\" = success"
rm /etc/roost/conf.d/pins.yaml
restart
echo "pins: $checks checks passed"
