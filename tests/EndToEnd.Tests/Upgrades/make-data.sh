#!/bin/sh
# Makes data-VERSION.tar.xz beside this script: what a released version keeps after it has served a little and was killed. Run once for each release, with its package
# installed or its programs in PROGRAMS (a folder with roostd and roost); later versions have to open it (FormerDataTests).
#   tests/EndToEnd.Tests/Upgrades/make-data.sh [PROGRAMS]
# Needs mosquitto-clients, python3 and curl. The keys in it were made for it and open nothing else.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
programs=${1:-/usr/bin}
work=$(mktemp -d)
daemon=''
trap '[ -z "$daemon" ] || kill -9 "$daemon" 2>/dev/null; rm -rf "$work"' EXIT
port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
mqtt=$(port)
http=$(port)
tls=$(port)
cat >"$work/roost.yaml" <<END
mqtt:
  listeners: [ { address: 127.0.0.1, port: $mqtt, anonymous: true }, { address: 127.0.0.1, port: $tls, tls: {} } ]
http: { listeners: [ { address: 127.0.0.1, port: $http } ] }
routes: [ { from: "robots/+/telemetry", to: { stream: telemetry } } ]
streams: { telemetry: { retention: { bytes: 64MiB } } }
END
"$programs/roostd" --config "$work/roost.yaml" --data "$work/data" >"$work/said" 2>&1 &
daemon=$!
n=0
until grep -q 'roost is ready' "$work/said"; do n=$((n + 1)); [ $n -lt 300 ] || { cat "$work/said"; exit 1; }; sleep 0.1; done
roost() { "$programs/roost" "$@" --socket "$work/data/run/roostd.sock"; }
pub() { mosquitto_pub -h 127.0.0.1 -p "$mqtt" -q 1 "$@"; }

# Shadows: the classic one with a past, a named one, one that was deleted.
for battery in 90 81; do pub -t '$aws/things/vac-01/shadow/update' -m "{\"state\":{\"reported\":{\"battery\":$battery},\"desired\":{\"mode\":\"clean\"}}}"; done
pub -t '$aws/things/vac-01/shadow/name/map/update' -m '{"state":{"reported":{"rooms":["hall","bath"]}}}'
pub -t '$aws/things/vac-02/shadow/update' -m '{"state":{"reported":{"x":1}}}'
pub -t '$aws/things/vac-02/shadow/delete' -n
# A retained message, and a session that is away with three messages waiting.
pub -r -t site/plan -m 'plan b'
mosquitto_sub -h 127.0.0.1 -p "$mqtt" -q 1 -c -i robot-7 -t 'commands/#' -E
for command in start turn stop; do pub -t commands/robot-7 -m $command; done
# A stream.
for number in 1 2 3 4 5; do pub -t robots/vac-01/telemetry -m "{\"number\":$number}"; done
# A function over the API, with a version; what it was given in the background.
mkdir "$work/hello"
printf 'runtime: python3.x\nhandler: f.handler\ntriggers: [ { schedule: "rate(1 day)" } ]\n' >"$work/hello/function.yaml"
printf 'def handler(event, context):\n    print("greeted")\n    return {"hello": event.get("name")}\n' >"$work/hello/f.py"
roost fn deploy "$work/hello" --name hello
roost fn invoke hello '{"name":"former"}' | grep former
roost fn invoke hello '{"name":"later"}' --event
# Identity: a thing with a certificate, a user, a policy, a secret.
roost thing add box-1 --out "$work/data/box-1" >/dev/null
echo 'a password of 20 letters' >"$work/password"
roost user add operator --file "$work/password"
echo 'the secret' >"$work/secret"
roost secret set cloud --file "$work/secret"
roost audit verify
sleep 1 # what is written behind is on its way
kill -9 "$daemon"
wait "$daemon" 2>/dev/null || true
daemon=''
version=$("$programs/roostd" --version | awk '{ print $2 }')
rm -rf "$work/data/run" "$work/data/roostd.pid" "$work/data/log" "$work/data/functions-data/runtimes" "$work/data/functions-data/sockets"
find "$work/data" -type s -delete
tar -C "$work" --sparse --sort=name --owner=0 --group=0 -cf - data | xz -9e >"$here/data-$version.tar.xz"
ls -l "$here/data-$version.tar.xz"
