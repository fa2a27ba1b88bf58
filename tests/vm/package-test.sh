#!/bin/sh
# Looks at the packages of all architectures as files, and runs the one without a runtime. Some minutes; root for the last part (else it is left out, and said).
#   tests/vm/package-test.sh
# Each package is built twice, in two folders from the files of this tree, and compared. Arm's runtime archive is not to be had here: amd64's under an ELF header that says Arm
# stands for it, so that the arm64 package is tested for its layout, and not for whether it runs.
# The last line is "package: N checks passed". Exit codes: 0 all passed, 1 a check failed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$here/box.sh"
shell() { check "$1" sh -ec "$2"; }

sdk=$(dirname "$(readlink -f "$(command -v dotnet)")")
runtime=$(ls "$sdk/shared/Microsoft.AspNetCore.App" | grep '^10\.' | sort -V | tail -1)
# archive NAME SED: what Microsoft publishes under that name, but for its content
mkdir -p "$work/archive"
for part in dotnet LICENSE.txt ThirdPartyNotices.txt host/fxr shared; do
    mkdir -p "$work/archive/$(dirname $part)"
    cp -r "$sdk/$part" "$work/archive/$part"
done
x64=$work/aspnetcore-runtime-$runtime-linux-x64.tar.gz
arm64=$work/aspnetcore-runtime-$runtime-linux-arm64.tar.gz
wrong=$work/wrong/aspnetcore-runtime-$runtime-linux-arm64.tar.gz
mkdir "$work/wrong"
tar -C "$work/archive" -cf - . | gzip -1 >"$x64"
cp "$x64" "$wrong"
printf '\267\000' | dd of="$work/archive/dotnet" bs=1 seek=18 conv=notrunc status=none
tar -C "$work/archive" -cf - . | gzip -1 >"$arm64"
rm -rf "$work/archive"

for tree in one another/with/a/longer/name; do
    mkdir -p "$work/$tree"
    (cd "$root" && git ls-files -z --cached --others --exclude-standard | xargs -0 tar -cf - 2>/dev/null) | tar -C "$work/$tree" -xf -
done
one=$work/one/packaging/deb/build.sh
another=$work/another/with/a/longer/name/packaging/deb/build.sh
shell "without the archive for Arm the others are built, and it is named" "code=0; $one --fast --arch arm64 --arch all >$work/said 2>&1 || code=\$?; cat $work/said; test \$code = 3; grep -q 'no package for arm64.*linux-arm64.tar.gz' $work/said; ls $work/one/out/*_all.deb"
shell "an archive for another machine is refused" "! $one --fast --arch arm64 --runtime $wrong >$work/said 2>&1; cat $work/said; grep -q 'is one for amd64' $work/said"
check "all are built" "$one" --fast --arch amd64 --arch arm64 --arch all --runtime "$arm64"
check "and again elsewhere, with the archive in the place of the SDK's folder" "$another" --fast --arch amd64 --arch arm64 --arch all --runtime "$arm64" --runtime "$x64"
for architecture in amd64 arm64 all; do
    package=$(ls "$work"/one/out/*_$architecture.deb)
    other=$work/another/with/a/longer/name/out/$(basename "$package")
    # What differs is told file by file.
    shell "two builds for $architecture give the same bytes" "cmp '$package' '$other' || { rm -rf $work/x1 $work/x2; dpkg-deb -R '$package' $work/x1; dpkg-deb -R '$other' $work/x2; diff -r -q $work/x1 $work/x2; false; }"
    check "it says so itself" test "$(dpkg-deb -f "$package" Architecture)" = $architecture
    if command -v lintian >/dev/null || apt-get install -y -qq lintian >/dev/null 2>&1; then
        shell "lintian finds nothing in it" "lintian --allow-root --fail-on error,warning '$package' >$work/said 2>&1; code=\$?; cat $work/said; test \$code = 0 && ! grep -qE '^[EW]:' $work/said"
    else
        echo "     skipped: lintian is missing and apt could not install it"
    fi
done
shell "amd64 and arm64 have the same files" "for a in amd64 arm64; do dpkg-deb -c $work/one/out/*_\$a.deb | awk '{print \$1, \$2, \$6, \$7, \$8}' | LC_ALL=C sort >$work/\$a; done; diff $work/amd64 $work/arm64"
shell "all has them but for the runtime" "dpkg-deb -c $work/one/out/*_all.deb | awk '{print \$1, \$2, \$6, \$7, \$8}' | LC_ALL=C sort >$work/all; grep -v -e /usr/lib/roost/dotnet/ -e dotnet-third-party $work/amd64 | diff - $work/all"
ls -l "$work"/one/out/*.deb | awk '{ printf "     %s: %.1f MB, compressed quickly\n", $NF, $5 / 1e6 }' | sed "s:$work/one/out/::"

profile=$root/packaging/deb/examples/apparmor-roost
shell "the AppArmor profile is in it, and the drop-in by which the service alone has it" "dpkg-deb -c $work/one/out/*_amd64.deb | grep -c ' ./usr/share/doc/roost/examples/apparmor-roost' | grep -x 2
    name=\$(sed -n 's/^profile \([^ ]*\) flags=(unconfined) {\$/\1/p' $profile); test -n \"\$name\"; grep -x \"AppArmorProfile=-\$name\" $profile.conf"
if [ "$(id -u)" -ne 0 ]; then
    echo "     skipped: parsing the AppArmor profile: root alone can run another Debian's parser"
elif ! { command -v mmdebstrap >/dev/null || apt-get install -y -qq mmdebstrap >/dev/null 2>&1; } ||
    ! mmdebstrap --quiet --variant=extract --aptopt='Apt::Install-Recommends "0"' --include=apparmor,base-files trixie "$work/parser" >"$work/said" 2>&1; then
    echo "     skipped: parsing the AppArmor profile: the parser of Debian 13 is not to be had (that of 12 does not know its syntax): $(tail -1 "$work/said")"
else
    cp "$profile" "$work/parser/roost"
    shell "AppArmor takes its profile" "chroot $work/parser /usr/sbin/apparmor_parser --skip-kernel-load --skip-cache /roost >$work/said 2>&1 || { cat $work/said; false; }"
fi

if [ "$(id -u)" -ne 0 ] || [ ! -e "$root/out/box-trixie/built" ]; then
    echo "     skipped: running the package without a runtime: root alone can start a container, and tests/vm/box-test.sh makes it"
else
    mkdir -p "$work/runtime/DEBIAN" "$work/runtime/usr/lib/dotnet" "$work/runtime/usr/bin"
    tar -xzf "$x64" -C "$work/runtime/usr/lib/dotnet"
    ln -s ../lib/dotnet/dotnet "$work/runtime/usr/bin/dotnet"
    printf 'Package: aspnetcore-runtime-10.0\nVersion: %s\nArchitecture: amd64\nMaintainer: none <none@example.org>\nDescription: stands for that of the feed of Microsoft\n' "$runtime" >"$work/runtime/DEBIAN/control"
    dpkg-deb --root-owner-group -Zgzip -z1 --build "$work/runtime" "$work/runtime.deb" >/dev/null
    box_start "$root/out/box-trixie" "$work"
    inside sh -c 'cat >/var/tmp/runtime.deb' <"$work/runtime.deb"
    inside sh -c 'cat >/var/tmp/roost_all.deb' <"$(ls "$work"/one/out/*_all.deb)"
    check "without the runtime apt does not install it" sh -c '! nsenter -t '"$leader"' -m -u -i -n -p -C --root --wd apt-get install -y /var/tmp/roost_all.deb'
    check "with it it does" inside env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends /var/tmp/runtime.deb /var/tmp/roost_all.deb
    check "its service runs with the runtime of the machine" inside sh -c 'systemctl is-active roost && readlink -f /proc/$(systemctl show -P MainPID roost)/exe | grep -x /usr/lib/dotnet/dotnet && roost status'
    inside rm /usr/bin/dotnet
    check "without one the command says what to install" inside sh -c '! roost status 2>/tmp/said; grep aspnetcore-runtime-10.0 /tmp/said'
    check "and the service is not tried again" inside sh -c '! systemctl restart roost; sleep 6; test "$(systemctl show -P ActiveState roost)" = failed'
fi
echo "package: $checks checks passed"
