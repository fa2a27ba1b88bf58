#!/bin/sh
# Makes out/roost_VERSION_amd64.deb: the three programs beside a .NET runtime of their own. Needs the .NET 10 SDK and dpkg-deb.
#   packaging/deb/build.sh           the package as it is published (xz, about a minute of it)
#   packaging/deb/build.sh --fast    the same files, compressed quickly: for development and tests
# The last line it prints is the path of the package. Two builds of one tree give the same bytes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
case ${1:-} in
'') compression='-Zxz' ;;
--fast) compression='-Zgzip -z1' ;;
*) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
[ "$(dpkg --print-architecture)" = amd64 ] || { echo "build.sh: only amd64 is built; see docs/adr/0082-the-debian-package.md" >&2; exit 1; }

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
version=$(sed -n '1s/.*(\(.*\)).*/\1/p' "$here/changelog")
project=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
[ "$version" = "$project" ] || { echo "build.sh: changelog says $version, Directory.Build.props says $project" >&2; exit 1; }
# One time for every file: that of the release, so that the clock of the building machine leaves no trace.
: "${SOURCE_DATE_EPOCH:=$(date -d "$(sed -n 's/^ -- .*>  //p' "$here/changelog" | head -1)" +%s)}"
export SOURCE_DATE_EPOCH

out=$root/out
stage=$out/deb
rm -rf "$stage"
mkdir -p "$stage/usr/lib/roost" "$stage/DEBIAN"

# Ready-to-run code halves the time to start. The output folder of its own keeps a developer's bin and obj as they are.
for name in gateway cli device-sim; do
    dotnet publish "$root/$name" -c Release -r linux-x64 --self-contained false --artifacts-path "$out/publish" -nologo -v quiet \
        -p:PublishReadyToRun=true -p:UseAppHost=false -p:DebugType=none -p:ContinuousIntegrationBuild=true \
        -o "$stage/usr/lib/roost" >"$out/publish.log" 2>&1 || { cat "$out/publish.log" >&2; exit 1; }
done
rm -f "$stage"/usr/lib/roost/*.pdb "$stage"/usr/lib/roost/*.staticwebassets.endpoints.json "$stage/usr/lib/roost/web.config"

# The runtime is the very folder of a runtime archive, taken from the SDK that built the programs.
sdk=$(dirname "$(readlink -f "$(command -v dotnet)")")
runtime=$(ls "$sdk/shared/Microsoft.AspNetCore.App" | grep '^10\.' | sort -V | tail -1)
dotnet=$stage/usr/lib/roost/dotnet
mkdir -p "$dotnet/host/fxr" "$dotnet/shared/Microsoft.NETCore.App" "$dotnet/shared/Microsoft.AspNetCore.App"
cp "$sdk/dotnet" "$dotnet/"
cp -r "$sdk/host/fxr/$runtime" "$dotnet/host/fxr/"
cp -r "$sdk/shared/Microsoft.NETCore.App/$runtime" "$dotnet/shared/Microsoft.NETCore.App/"
cp -r "$sdk/shared/Microsoft.AspNetCore.App/$runtime" "$dotnet/shared/Microsoft.AspNetCore.App/"
# For debuggers and tracers only.
rm -f "$dotnet/shared/Microsoft.NETCore.App/$runtime/createdump" "$dotnet/shared/Microsoft.NETCore.App/$runtime/libmscordbi.so" \
    "$dotnet/shared/Microsoft.NETCore.App/$runtime/libcoreclrtraceptprovider.so"

for name in roostd roost roost-sim; do
    install -D -m 755 /dev/null "$stage/usr/bin/$name"
    printf '#!/bin/sh\nexec /usr/lib/roost/dotnet/dotnet /usr/lib/roost/%s.dll "$@"\n' "$name" >"$stage/usr/bin/$name"
done
install -D -m 644 "$here/roost.yaml" "$stage/etc/roost/roost.yaml"
install -d "$stage/etc/roost/conf.d"
install -D -m 644 "$here/roost.service" "$stage/usr/lib/systemd/system/roost.service"
install -D -m 644 "$here/roost.sysusers" "$stage/usr/lib/sysusers.d/roost.conf"
install -D -m 644 "$here/lintian-overrides" "$stage/usr/share/lintian/overrides/roost"
install -D -m 644 "$here/copyright" "$stage/usr/share/doc/roost/copyright"
gzip -9nc "$sdk/ThirdPartyNotices.txt" >"$stage/usr/share/doc/roost/dotnet-third-party-notices.txt.gz"
install -d "$stage/usr/share/man/man1" "$stage/usr/share/man/man8"
gzip -9nc "$here/changelog" >"$stage/usr/share/doc/roost/changelog.gz"
gzip -9nc "$here/roost.1" >"$stage/usr/share/man/man1/roost.1.gz"
gzip -9nc "$here/roost-sim.1" >"$stage/usr/share/man/man1/roost-sim.1.gz"
gzip -9nc "$here/roostd.8" >"$stage/usr/share/man/man8/roostd.8.gz"

chmod -R u=rwX,go=rX "$stage"
find "$stage" -type f ! -path "$stage/usr/bin/*" ! -path '*/function-runtimes/*' ! -name dotnet -exec chmod a-x {} +

size=$(du -k -s --apparent-size "$stage/usr" "$stage/etc" | awk '{ sum += $1 } END { print sum }')
sed -e "s/@VERSION@/$version/" -e "s/@SIZE@/$size/" "$here/control" >"$stage/DEBIAN/control"
install -m 644 "$here/conffiles" "$stage/DEBIAN/conffiles"
install -m 755 "$here/postinst" "$here/prerm" "$here/postrm" "$stage/DEBIAN/"
(cd "$stage" && find usr -type f -printf '%P\n' | LC_ALL=C sort | sed 's:^:usr/:' | xargs md5sum >DEBIAN/md5sums)
find "$stage" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

package=$out/roost_${version}_amd64.deb
# shellcheck disable=SC2086 # two words
dpkg-deb --root-owner-group $compression --build "$stage" "$package" >/dev/null
rm -rf "$stage"
echo "$package"
