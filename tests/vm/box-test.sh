#!/bin/sh
# Installs the package in a Debian with systemd as PID 1, in a container, and checks it from installation to purge. Needs root.
#   tests/vm/box-test.sh            builds the package (quickly compressed) and the container where there is none yet
#   SUITE=trixie tests/vm/box-test.sh
#   ROOST_DEB=FILE                  tests that package
#   ROOST_BOX=DIR                   where the container's tree is kept between runs (default out/box-SUITE)
# The last line is "box: N checks passed". Exit codes: 0 all passed, 1 a check failed, 77 this machine cannot run the container.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
suite=${SUITE:-bookworm}
box=${ROOST_BOX:-$root/out/box-$suite}
work=$(mktemp -d)
leader='' nspawn='' checks=0

cannot() { echo "box: skipped: $*" >&2; exit 77; }
inside() { nsenter -t "$leader" -m -u -i -n -p -C --root --wd "$@"; }

finish() {
    code=$?
    trap - EXIT
    if [ -n "$leader" ] && kill -s RTMIN+4 "$leader" 2>/dev/null; then # systemd: power off
        n=0
        while kill -0 "$nspawn" 2>/dev/null && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
    fi
    [ -z "$nspawn" ] || kill -9 "$nspawn" 2>/dev/null || true
    rm -rf "$work"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

# check WORDS COMMAND..: the command succeeds
check() {
    words=$1
    shift
    if "$@" >"$work/output" 2>&1; then
        checks=$((checks + 1))
        echo "ok   $words"
    else
        echo "FAIL $words: $*"
        sed 's/^/     /' "$work/output" | head -20
        [ -z "$leader" ] || inside journalctl -u roost --no-pager -n 30 2>/dev/null | sed 's/^/     /'
        exit 1
    fi
}

# eventually WORDS COMMAND..: the command succeeds within 30 s
eventually() {
    n=0
    words=$1
    shift
    while ! "$@" >/dev/null 2>&1 && [ $n -lt 150 ]; do sleep 0.2; n=$((n + 1)); done
    check "$words" "$@"
}

[ "$(id -u)" -eq 0 ] || cannot "only root can start a container"
[ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] || cannot "the package is for amd64"
for tool in mmdebstrap systemd-nspawn nsenter; do
    command -v $tool >/dev/null && continue
    { apt-get update && apt-get install -y --no-install-recommends mmdebstrap systemd-container util-linux; } >"$work/apt.log" 2>&1 ||
        cannot "$tool is missing and apt could not install it: $(tail -1 "$work/apt.log")"
done

if [ -z "${ROOST_DEB:-}" ]; then
    echo "box: building the package"
    ROOST_DEB=$("$root/packaging/deb/build.sh" --fast | tail -1)
fi

if [ ! -e "$box/built" ]; then
    echo "box: making a Debian $suite (about a minute)"
    rm -rf "$box"
    mkdir -p "$box"
    # The container reaches no network: what the package depends on is there before it.
    mmdebstrap --quiet --variant=minbase --aptopt='Apt::Install-Recommends "0"' \
        --include=systemd-sysv,dbus,procps,util-linux,bubblewrap,libsqlite3-0,libssl3,libstdc++6,zlib1g,ca-certificates,init-system-helpers,python3,nodejs,curl,mosquitto-clients \
        "$suite" "$box/root" >"$box/log" 2>&1 || cannot "mmdebstrap failed: $(tail -1 "$box/log")"
    touch "$box/built"
fi

# Changes are kept in memory and gone afterwards; the box has a loopback interface of its own and nothing else.
SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn --quiet --boot --directory="$box/root" --machine="roost-box-$$" \
    --register=no --keep-unit --private-network --link-journal=no --volatile=overlay </dev/null >"$work/console" 2>&1 &
nspawn=$!
n=0
while :; do
    leader=$(pgrep -P "$nspawn" | head -1) || leader=''
    if [ -n "$leader" ]; then
        case $(inside systemctl is-system-running 2>/dev/null) in running | degraded) break ;; esac
    fi
    kill -0 "$nspawn" 2>/dev/null || { leader=''; cannot "the container does not start: $(tail -1 "$work/console")"; }
    n=$((n + 1))
    [ $n -lt 600 ] || cannot "the container was not up after a minute: $(tail -1 "$work/console")"
    sleep 0.1
done

inside sh -c 'cat >/var/tmp/roost_test_amd64.deb' <"$ROOST_DEB"
check "apt installs the package" inside env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends /var/tmp/roost_test_amd64.deb
eventually "the service is active" inside systemctl is-active --quiet roost
check "it is enabled at boot" inside systemctl is-enabled --quiet roost
check "it runs as its own user" inside sh -c 'test "$(stat -c %U /proc/$(systemctl show -P MainPID roost))" = roost'
check "its state is for itself alone" inside sh -c 'test "$(stat -c %a:%U /var/lib/roost)" = 700:roost'
check "the daemon is healthy over HTTP" inside curl -fsS http://127.0.0.1:8088/healthz
check "roost status over the socket" inside roost status
check "roost --json is JSON" inside sh -c 'roost status --json | python3 -m json.tool'
check "nobody may not use the socket, and is told who may" inside sh -c '! setpriv --reuid=65534 --regid=65534 --clear-groups roost status 2>/tmp/said && grep -q "group roost" /tmp/said'
check "a member of the group may" inside sh -c 'useradd -m -G roost keeper && setpriv --reuid=keeper --regid=keeper --init-groups roost status'
check "a robot reports over MQTT" inside mosquitto_pub -h 127.0.0.1 -q 1 -t '$aws/things/vac-01/shadow/update' -m '{"state":{"reported":{"mode":"idle"}}}'
check "its shadow is there" inside sh -c 'roost shadow get vac-01 --json | grep -q "\"mode\":\"idle\""'
check "a message goes from the command line to a subscriber" inside sh -c 'mosquitto_sub -h 127.0.0.1 -t box/test -C 1 -W 10 >/tmp/got & sleep 1; roost pub box/test hello && wait $! && grep -q hello /tmp/got'
check "a simulated fleet runs" inside sh -c 'roost-sim --robots 3 --rate 10 --duration 5s --seed 1 | grep "3 of 3 connected"'
check "its shadows are there" inside sh -c 'roost shadow list | grep vac-03'

# 8443 and 8883, and neither 1883 nor 8088, on other addresses than loopback.
check "the network finds TLS alone" inside sh -c 'test "$(awk "\$4 == \"0A\" && \$2 !~ /^[0-9A-F]*7F:/ {print substr(\$2, length(\$2) - 3)}" /proc/net/tcp /proc/net/tcp6 | grep -E "^(075B|1F98|20FB|22B3)$" | sort -u | xargs)" = "20FB 22B3"'
check "a thing gets a certificate" inside roost thing add box-1 --out /var/tmp/box-1
check "it comes in by it over TLS" inside mosquitto_pub -h 127.0.0.1 -p 8883 -V 5 -q 1 -i box-1 --cafile /var/tmp/box-1/ca.crt --cert /var/tmp/box-1/box-1.crt --key /var/tmp/box-1/box-1.key -t robots/box-1/x -m hello
check "and touches nothing of another" inside sh -c 'mosquitto_pub -h 127.0.0.1 -p 8883 -V 5 -q 1 -i box-1 --cafile /var/tmp/box-1/ca.crt --cert /var/tmp/box-1/box-1.crt --key /var/tmp/box-1/box-1.key -t robots/box-2/x -m hello 2>&1 | grep -q "Not authorized"'
check "its shadow is served over HTTPS" inside sh -c 'test "$(curl -s -o /dev/null -w "%{http_code}" --cacert /var/tmp/box-1/ca.crt --cert /var/tmp/box-1/box-1.crt --key /var/tmp/box-1/box-1.key https://127.0.0.1:8443/things/box-1/shadow)" = 404'
check "a stranger is not" inside sh -c 'test "$(curl -s -o /dev/null -w "%{http_code}" --cacert /var/tmp/box-1/ca.crt https://127.0.0.1:8443/things/box-1/shadow)" = 403'
check "the audit is whole" inside roost audit verify

inside sh -c 'mkdir -p /etc/roost/functions/hello && cd /etc/roost/functions/hello &&
    printf "name: hello\nruntime: python3.11\nhandler: f.handler\n" >function.yaml &&
    printf "import os\ndef handler(event, context):\n    return {\"hello\": event.get(\"name\"), \"sees\": os.path.exists(\"/var/lib/roost\")}\n" >f.py &&
    sed -i "s/python3.11/$(basename "$(readlink -f /usr/bin/python3)")/" function.yaml &&
    printf "functions: { folder: /etc/roost/functions }\n" >/etc/roost/conf.d/functions.yaml && chmod -R a+rX /etc/roost'
check "a configuration with a function is accepted" inside roostd --check-config --config /etc/roost/roost.yaml --data /var/lib/roost
check "the service restarts with it" inside systemctl restart roost
check "the shadow survived" inside sh -c 'roost shadow get vac-01 --json | grep -q "\"mode\""'
check "the function runs, isolated by the hardened unit's own bubblewrap" inside sh -c 'roost fn invoke hello "{\"name\":\"box\"}" | grep "\"hello\": *\"box\"" | grep "\"sees\": *false"'

check "the daemon comes back after kill -9" inside sh -c 'kill -9 "$(systemctl show -P MainPID roost)"'
eventually "and is active again" inside sh -c 'systemctl is-active --quiet roost && roost status'
check "the shadow survived that, too" inside sh -c 'roost shadow get vac-01 --json | grep -q "\"mode\""'

check "a changed conffile survives an upgrade" inside sh -c 'echo "# mine" >>/etc/roost/roost.yaml && DEBIAN_FRONTEND=noninteractive dpkg -i --force-confold /var/tmp/roost_test_amd64.deb && tail -1 /etc/roost/roost.yaml | grep -q mine'
eventually "the service is active after it" inside sh -c 'systemctl is-active --quiet roost && roost status'
check "remove stops the service and keeps state and configuration" inside sh -c 'DEBIAN_FRONTEND=noninteractive apt-get remove -y roost && ! systemctl is-active --quiet roost && test -d /var/lib/roost && test -e /etc/roost/roost.yaml && test ! -e /usr/lib/roost'
inside rm -rf /etc/roost/conf.d/functions.yaml /etc/roost/functions # the owner's own files are the owner's to remove
check "purge leaves nothing" inside sh -c 'DEBIAN_FRONTEND=noninteractive apt-get purge -y roost && test ! -e /var/lib/roost && test ! -e /etc/roost && test ! -e /run/roost && test -z "$(find /etc/systemd /usr/lib/systemd /var/lib/systemd/deb-systemd-helper* -name "roost*" 2>/dev/null)" && test -z "$(systemctl --failed --no-legend roost.service)"'
echo "box: $checks checks passed"
