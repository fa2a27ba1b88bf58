#!/bin/sh
# What box-test.sh checks in one container: box-checks.sh SUITE, with ROOST_DEB, ROOST_PREVIOUS_DEB and ROOST_BOX_TREE set.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/box.sh"
# eventually WORDS COMMAND..: the command succeeds within a minute
eventually() {
    n=0
    words=$1
    shift
    while ! "$@" >/dev/null 2>&1 && [ $n -lt 300 ]; do sleep 0.2; n=$((n + 1)); done
    check "$words" "$@"
}

# shell WORDS TEXT: the shell's text succeeds in the container
# Debian 12's systemd now and then cannot read a control group whose processes are just ending (219/CGROUP), and starts the service the next time: `start` tries again.
shell() { check "$1" inside sh -ec 'start() { n=0; until systemctl "${1:-start}" roost; do n=$((n + 1)); test $n -lt 20; sleep 1; done; }; '"$2"; }
ready() { eventually "$1" inside sh -c 'systemctl is-active --quiet roost && roost status'; }
apt='env DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends -o Dpkg::Options::=--force-confold'

box_build "$1" "$ROOST_BOX_TREE"
box_start "$ROOST_BOX_TREE" "$work"
inside sh -c 'cat >/var/tmp/roost_amd64.deb' <"$ROOST_DEB"
inside sh -c 'cat >/var/tmp/previous_amd64.deb' <"$ROOST_PREVIOUS_DEB"
inside sh -c 'cat >/var/tmp/box-load.py' <"$here/box-load.py"
# Every name, and of the configuration every byte; left out is what apt, dpkg and the system itself keep, and the list of users, where one is there to stay.
inside sh -c 'cat >/var/tmp/everything' <<'END'
#!/bin/sh
cd / && { find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./tmp -o -path ./var/tmp -o -path ./var/cache -o -path ./var/log -o -path ./var/lib/apt \
    -o -path ./var/lib/dpkg -o -path './var/lib/systemd/*' -prune \) -prune -o -print
find etc -xdev -type f ! -name 'passwd*' ! -name 'group*' ! -name 'shadow*' ! -name 'gshadow*' ! -name '.pwd.lock' ! -name machine-id -exec sha256sum {} +
find var/lib/systemd/deb-systemd-helper* usr/lib/systemd 2>/dev/null; } | sort
END
# The block of install.md, as somebody does it whose sudo asks for nothing. Debian 12's systemd: see above.
inside sh -c 'cat >/var/tmp/roll-back' <<'END'
set -eu
sudo() {
    if [ "$1" = -u ]; then
        user=$2
        shift 2
        setpriv --reuid="$user" --regid="$user" --init-groups -- "$@"
    else
        n=0
        until "$@"; do n=$((n + 1)); test $n -lt 10; sleep 1; done
    fi
}
block=$(sed -n '/^## Roll back/,/^## Remove/{ /^    /p }' /usr/share/doc/roost/docs/install.md | sed '/apt install/d; s/before-VERSION/before-7/')
cd /tmp
eval "$block"
END
inside sh -c 'useradd -M -d / keeper && chmod +x /var/tmp/everything && /var/tmp/everything >/var/tmp/before'

# The package and its service.
check "apt installs the package" inside $apt install /var/tmp/previous_amd64.deb
ready "the service is active"
check "it is enabled at boot" inside systemctl is-enabled --quiet roost
shell "it runs as its own user, who may use the pins" 'test "$(stat -c %U /proc/$(systemctl show -P MainPID roost))" = roost && id -nG roost | grep -qw gpio'
shell "its state is for itself alone" 'test "$(stat -c %a:%U /var/lib/roost)" = 700:roost'
shell "what may hold a password is for itself and root alone" 'test "$(stat -c %a:%U:%G /etc/roost/conf.d /etc/roost/roost.yaml | xargs)" = "750:root:roost 640:root:roost"'
shell "a crash leaves no core" 'grep -E "^Max core file size +0 +0 " /proc/$(systemctl show -P MainPID roost)/limits'
shell "its documents are there, and the other port that they name is taken" 'cd /usr/share/doc/roost/docs; test -e configuration.md; sed -n "/^mqtt:/,/^  listeners/p" install.md >/etc/roost/conf.d/port.yaml; cat /etc/roost/conf.d/port.yaml; test -s /etc/roost/conf.d/port.yaml; roostd --check-config --config /etc/roost/roost.yaml; rm /etc/roost/conf.d/port.yaml'
check "its exposure is 3.0 or less" inside systemd-analyze security --offline=true --threshold=30 roost.service
shell "systemd knows every word of the unit" 'systemd-analyze verify --man=no /usr/lib/systemd/system/roost.service 2>&1 | { ! grep roost.service; }'
check "the daemon is healthy over HTTP" inside curl -fsS http://127.0.0.1:8088/healthz
shell "roost --json is JSON" 'roost status --json | python3 -m json.tool'
shell "nobody may not use the socket, and is told who may" '! setpriv --reuid=65534 --regid=65534 --clear-groups roost status 2>/tmp/said && grep -q "group roost" /tmp/said'
shell "a member of the group may" 'usermod -aG roost keeper && setpriv --reuid=keeper --regid=keeper --init-groups roost status'
shell "Tab completes commands and options" 'bash -c ". /usr/share/bash-completion/completions/roost; COMP_LINE=\"roost thing a\" COMP_POINT=13 COMP_CWORD=2; COMP_WORDS=(roost thing a); _roost; test \"\${COMPREPLY[*]}\" = add; COMP_LINE=\"roost-sim --ro\" COMP_POINT=14 COMP_CWORD=1; COMP_WORDS=(roost-sim --ro); _roost; test \"\${COMPREPLY[*]}\" = --robots"'
shell "and all of the daemon's" 'line=$(grep "^complete .* roostd$" /usr/share/bash-completion/completions/roost); roostd --help | grep -oE "^  --[a-z-]+" | while read -r option; do echo "$line" | grep -qE -- "$option[ '"'"']" || { echo "$option is missing"; exit 1; }; done'

# What it is for.
check "a robot reports over MQTT" inside mosquitto_pub -h 127.0.0.1 -q 1 -t '$aws/things/vac-01/shadow/update' -m '{"state":{"reported":{"mode":"idle"}}}'
shell "its shadow is there" 'roost shadow get vac-01 --json | grep -q "\"mode\":\"idle\""'
shell "a simulated fleet runs" 'roost-sim --robots 3 --rate 10 --duration 5s --seed 1 | grep "3 of 3 connected"'
shell "its shadows are there" 'roost shadow list | grep vac-03'
# 8443 and 8883, and neither 1883 nor 8088, on other addresses than loopback.
shell "the network finds TLS alone" 'test "$(awk "\$4 == \"0A\" && \$2 !~ /^[0-9A-F]*7F:/ {print substr(\$2, length(\$2) - 3)}" /proc/net/tcp /proc/net/tcp6 | grep -E "^(075B|1F98|20FB|22B3)$" | sort -u | xargs)" = "20FB 22B3"'
check "a thing gets a certificate" inside roost thing add box-1 --out /var/tmp/box-1
robot='-h 127.0.0.1 -p 8883 -V 5 -q 1 -i box-1 --cafile /var/tmp/box-1/ca.crt --cert /var/tmp/box-1/box-1.crt --key /var/tmp/box-1/box-1.key'
check "it comes in by it over TLS" inside mosquitto_pub $robot -t robots/box-1/x -m hello
shell "and touches nothing of another" "mosquitto_pub $robot -t robots/box-2/x -m hello 2>&1 | grep -q 'Not authorized'"
shell "its shadow is served over HTTPS" 'test "$(curl -s -o /dev/null -w "%{http_code}" --cacert /var/tmp/box-1/ca.crt --cert /var/tmp/box-1/box-1.crt --key /var/tmp/box-1/box-1.key https://127.0.0.1:8443/things/box-1/shadow)" = 404'
shell "a stranger is not" 'test "$(curl -s -o /dev/null -w "%{http_code}" --cacert /var/tmp/box-1/ca.crt https://127.0.0.1:8443/things/box-1/shadow)" = 403'
check "the audit is whole" inside roost audit verify

# Functions under the real unit.
inside sh -c 'mkdir -p /etc/roost/functions/hello && cd /etc/roost/functions/hello &&
    printf "name: hello\nruntime: python3.x\nhandler: f.handler\n" >function.yaml &&
    printf "import os\ndef handler(event, context):\n    return {\"hello\": event.get(\"name\"), \"sees\": os.path.exists(\"/var/lib/roost\"), \"processes\": len([p for p in os.listdir(\"/proc\") if p.isdigit()])}\n" >f.py &&
    printf "functions: { folder: /etc/roost/functions }\n" >/etc/roost/conf.d/functions.yaml && chmod -R a+rX /etc/roost'
check "a configuration with a function is accepted" inside roostd --check-config --config /etc/roost/roost.yaml --data /var/lib/roost
shell "the service restarts with it" "start restart"
shell "the function runs, isolated by the hardened unit's own bubblewrap" 'roost fn invoke hello "{\"name\":\"box\"}" >/tmp/said; cat /tmp/said; grep "\"hello\": *\"box\"" /tmp/said && grep "\"sees\": *false" /tmp/said && grep -E "\"processes\": *[1-4]\b" /tmp/said'
shell "the doctor tells what stands in for the control groups that are not there" 'roost doctor >/tmp/said || true; cat /tmp/said; grep -q "memory: watch" /tmp/said'

# What goes wrong.
inside sh -c 'mkdir -p /etc/systemd/system/roost.service.d && printf "[Service]\nWatchdogSec=3\nTimeoutAbortSec=1\nRestartSec=1\n" >/etc/systemd/system/roost.service.d/box.conf && systemctl daemon-reload && systemctl restart roost'
shell "a daemon that hangs" 'systemctl show -P MainPID roost >/var/tmp/pid && kill -STOP "$(cat /var/tmp/pid)"'
eventually "is killed by the watchdog" inside sh -c 'test "$(systemctl show -P NRestarts roost)" -ge 1 && journalctl -u roost | grep -q "Watchdog timeout"'
ready "and comes back"
check "it comes back after kill -9" inside sh -c 'kill -9 "$(systemctl show -P MainPID roost)"'
ready "and is active again"
shell "the shadow survived that" 'roost shadow get vac-01 --json | grep -q "\"mode\""'
shell "without bubblewrap the broker runs, and functions say what to install" 'mv /usr/bin/bwrap /usr/bin/bwrap.away; start restart; mosquitto_pub -h 127.0.0.1 -q 1 -t box/x -m x; roost doctor >/tmp/said || true; roost fn invoke hello {} >>/tmp/said 2>&1 && exit 1; cat /tmp/said; grep -q "apt install bubblewrap" /tmp/said; mv /usr/bin/bwrap.away /usr/bin/bwrap; start restart'
shell "where mosquitto has the port the service does not start" 'systemctl stop roost; systemctl start mosquitto; ! systemctl restart roost'
eventually "and its status says why" inside sh -c 'systemctl status --full roost >/tmp/said; grep "Status:.*127.0.0.1:1883 is in use" /tmp/said && grep -q "disable --now mosquitto" /tmp/said'
shell "who installs it is told, and that it starts by itself" 'DPKG_MAINTSCRIPT_PACKAGE=roost /var/lib/dpkg/info/roost.postinst configure >/tmp/said 2>&1; cat /tmp/said; grep "127.0.0.1:1883 is in use" /tmp/said; grep "starts by itself" /tmp/said; ! grep deb-systemd-invoke /tmp/said'
shell "it goes on trying, and starts when the port is free" 'systemctl stop mosquitto; n=0; until systemctl is-active --quiet roost; do n=$((n + 1)); test $n -lt 300; sleep 0.2; done'
shell "a wrong configuration is not tried again" 'printf "mqtt:\n  limts: {}\n" >/etc/roost/conf.d/wrong.yaml; systemctl restart roost && exit 1; test "$(systemctl show -P ActiveState roost)" = failed; journalctl -u roost | grep "wrong.yaml:2"; DPKG_MAINTSCRIPT_PACKAGE=roost /var/lib/dpkg/info/roost.postinst configure 0 >/tmp/said 2>&1; cat /tmp/said; grep "wrong.yaml:2" /tmp/said; rm /etc/roost/conf.d/wrong.yaml; start restart'

# Upgrades.
shell "clients work" 'mkdir -p /var/tmp/load; nohup /usr/bin/python3 /var/tmp/box-load.py /var/tmp/load >/var/tmp/load/said 2>&1 & n=0; until test -e /var/tmp/load/ready; do n=$((n + 1)); test $n -lt 300; sleep 0.2; done'
shell "a configuration that the new version does not take leaves the former one running" 'start restart; printf "mqtt:\n  limts: {}\n" >/etc/roost/conf.d/wrong.yaml; old=$(systemctl show -P MainPID roost); '"$apt"' install /var/tmp/roost_amd64.deb >/tmp/said 2>&1; cat /tmp/said; grep "wrong.yaml:2" /tmp/said; grep "systemctl restart roost" /tmp/said; test "$(systemctl show -P MainPID roost)" = "$old"'
# Its first requests: what it needs for them it has not loaded yet, and the new version has its .NET in folders of another name.
shell "which answers, finds what it has not loaded yet, and starts functions" 'roost status; roost doctor >/tmp/said || true; cat /tmp/said; grep -q "memory: watch" /tmp/said; curl -fsS http://127.0.0.1:8088/metrics >/dev/null; roost backup /var/tmp/former.tar; roost fn invoke hello "{\"name\":\"box\"}" | grep "\"hello\": *\"box\""; rm /etc/roost/conf.d/wrong.yaml'
shell "so does one that the service alone does not take" 'old=$(systemctl show -P MainPID roost); mine=/etc/systemd/system/roost.service.d/mine.conf; printf "[Service]\nEnvironment=\"ROOST_MINE=a \$b\" ROOST__MQTT__LIMTS=1\n" >$mine; systemctl daemon-reload; export DPKG_MAINTSCRIPT_PACKAGE=roost; /var/lib/dpkg/info/roost.postinst configure 0 >/tmp/said 2>&1; cat /tmp/said; grep ROOST__MQTT__LIMTS /tmp/said; rm $mine
    printf "ROOST__MQTT__LIMTS=1\n" >/var/tmp/mine; printf "[Service]\nEnvironmentFile=/var/tmp/mine\n" >$mine; systemctl daemon-reload; /var/lib/dpkg/info/roost.postinst configure 0 >/tmp/said 2>&1; cat /tmp/said; grep ROOST__MQTT__LIMTS /tmp/said; rm $mine; systemctl daemon-reload
    install -m 600 /dev/null /etc/roost/conf.d/root.yaml; /var/lib/dpkg/info/roost.postinst configure 0 >/tmp/said 2>&1; cat /tmp/said; grep root.yaml /tmp/said; rm /etc/roost/conf.d/root.yaml; test "$(systemctl show -P MainPID roost)" = "$old"; test -e /usr/lib/roost.former'
shell "the upgrade of a changed configuration keeps it" 'dpkg -i /var/tmp/previous_amd64.deb >/dev/null 2>&1; echo "# mine" >>/etc/roost/roost.yaml; old=$(systemctl show -P MainPID roost); '"$apt"' install /var/tmp/roost_amd64.deb; tail -1 /etc/roost/roost.yaml | grep -q mine; test "$(systemctl show -P MainPID roost)" != "$old"; test ! -e /usr/lib/roost.former'
ready "the service is active after it"
shell "nothing acknowledged was lost meanwhile, and sessions were kept" 'touch /var/tmp/load/stop; n=0; until grep -q acknowledged /var/tmp/load/said || ! pgrep -f box-load >/dev/null; do n=$((n + 1)); test $n -lt 300; sleep 0.2; done; cat /var/tmp/load/said; grep -q "lost 0 and 0, sessions forgotten 0" /var/tmp/load/said'
sed 's/^/     /' "$work/output"
check "it installs again over itself" inside $apt install --reinstall /var/tmp/roost_amd64.deb
ready "the service is active after that"
shell "the shadow is still there" 'roost shadow get vac-01 --json | grep -q "\"mode\""'

# Another machine.
shell "what was backed up is restored on a machine of another name" 'roost backup /var/tmp/kept.tar; systemctl stop roost; rm -rf /var/lib/roost/*; hostname elsewhere; start; if roost shadow get vac-01; then exit 1; fi; systemctl stop roost; roost restore /var/tmp/kept.tar --data /var/lib/roost --force; start; roost shadow get vac-01 --json | grep -q "\"mode\""; roost audit verify'
shell "robots trust it by the CA that they know, under its new name" 'test "$(curl -s -o /dev/null -w "%{http_code}" --cacert /var/tmp/box-1/ca.crt --cert /var/tmp/box-1/box-1.crt --key /var/tmp/box-1/box-1.key --resolve elsewhere.local:8443:127.0.0.1 https://elsewhere.local:8443/things/box-1/shadow)" = 404'
shell "the roll-back of the documents brings databases back" 'kept=/var/lib/roost/backups/before-7; mkdir -p $kept/identity $kept/elsewhere/srv/roost /srv/roost; echo old | tee $kept/identity/probe.db >$kept/elsewhere/srv/roost/probe.db; echo new | tee /var/lib/roost/identity/probe.db /var/lib/roost/identity/probe.db-wal >/srv/roost/probe.db
    chown -R roost:roost /var/lib/roost/backups /var/lib/roost/identity/probe.db* /srv/roost; sh /var/tmp/roll-back; test "$(cat /var/lib/roost/identity/probe.db /srv/roost/probe.db | xargs)" = "old old"; test "$(stat -c %U /var/lib/roost/identity/probe.db)" = roost; test ! -e /var/lib/roost/identity/probe.db-wal; rm -r /srv/roost /var/lib/roost.newer; roost status'
shell "an upgrade that is aborted leaves nothing" 'pid=$(systemctl show -P MainPID roost); /var/lib/dpkg/info/roost.preinst upgrade 1; grep " /usr/lib/roost " /proc/$pid/mountinfo; test -e /usr/lib/roost.former; /var/lib/dpkg/info/roost.postrm abort-upgrade 1 2; test ! -e /usr/lib/roost.former; if grep " /usr/lib/roost " /proc/$pid/mountinfo; then exit 1; fi; roost doctor >/tmp/said || true; grep "memory: watch" /tmp/said'

# And away.
shell "remove stops the service and keeps state and configuration" "$apt"' remove roost && ! systemctl is-active --quiet roost && test -d /var/lib/roost && test -e /etc/roost/roost.yaml && test ! -e /usr/lib/roost && test ! -e /usr/lib/roost.former'
shell "purge empties a disk that is mounted for the data, and leaves it mounted" 'mount -t tmpfs tmpfs /var/lib/roost; mkdir -p /var/lib/roost/a/b; : >/var/lib/roost/a/b/c; DPKG_MAINTSCRIPT_PACKAGE=roost /var/lib/dpkg/info/roost.postrm purge; mountpoint /var/lib/roost; test -z "$(ls -A /var/lib/roost)"; umount /var/lib/roost; test -e /var/lib/roost/identity'
inside rm -rf /etc/roost/conf.d/functions.yaml /etc/roost/functions /etc/systemd/system/roost.service.d # the owner's own files are the owner's to remove
shell "purge leaves nothing" "$apt"' purge roost; if systemctl is-failed --quiet roost; then exit 1; fi; test ! -e /run/roost; rm -f /var/lib/mosquitto/mosquitto.db; /var/tmp/everything >/var/tmp/after; diff /var/tmp/before /var/tmp/after'
