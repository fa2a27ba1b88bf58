#!/bin/sh
# Makes Debian packages of the daemon, the command line and the simulated fleet in out/. Needs the .NET 10 SDK and dpkg-deb.
#   packaging/deb/build.sh                    the package for this machine's architecture
#   --arch amd64|arm64|all                    one for another; may be given again for more of them. amd64 and arm64 bring a .NET runtime,
#                                             all wants aspnetcore-runtime-10.0 from Microsoft's feed for Debian
#   --runtime aspnetcore-runtime-10.0.X-linux-{x64,arm64}.tar.gz
#                                             the runtime to bring, as Microsoft publishes it; without one, amd64 takes that of the SDK; may be given again
#   --fast                                    compressed quickly: for development and tests (else xz, about a minute of it)
#   --version VERSION                         another version than the changelog's, for tests of upgrades
#   --out DIR                                 where to (default out/)
# Prints the path of each package, the last one last. Two builds of one tree with one SDK give the same bytes.
# Exit codes: 0 all were made, 1 a fault, 2 wrong usage, 3 a runtime is missing: it is named, and all other packages were made.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
compression='-Zxz' architectures='' runtimes='' version='' out=$root/out
usage() { sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2; }
fault() { echo "build.sh: $*" >&2; exit 1; }
while [ $# -gt 0 ]; do
    case $1 in
    --fast) compression='-Zgzip -z1' ;;
    --arch) case ${2:-} in amd64 | arm64 | all) architectures="$architectures $2" ;; *) usage ;; esac; shift ;;
    --runtime) [ -f "${2:-}" ] || { echo "build.sh: --runtime ${2:-}: there is no such file" >&2; usage; }; runtimes="$runtimes $2"; shift ;;
    --version) [ -n "${2:-}" ] || usage; version=$2; shift ;;
    --out) [ -n "${2:-}" ] || usage; mkdir -p "$2"; out=$(cd "$2" && pwd); shift ;;
    *) usage ;;
    esac
    shift
done
[ -n "$architectures" ] || architectures=$(dpkg --print-architecture)
for tool in dotnet dpkg-deb; do command -v $tool >/dev/null || fault "$tool is missing"; done

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
newest=$(sed -n '1s/.*(\(.*\)).*/\1/p' "$here/changelog")
project=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
[ "$newest" = "$project" ] || fault "changelog says $newest, Directory.Build.props says $project"
version=${version:-$newest}
# One time for every file: that of the release, so that the clock of the building machine leaves no trace.
: "${SOURCE_DATE_EPOCH:=$(date -d "$(sed -n 's/^ -- .*>  //p' "$here/changelog" | head -1)" +%s)}"
export SOURCE_DATE_EPOCH
sdk=$(dirname "$(readlink -f "$(command -v dotnet)")")
mkdir -p "$out"
work=$(mktemp -d "$out/deb.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# publish FOLDER ARGUMENT..: the three programs into one folder. The artifacts' folder of its own keeps a developer's bin and obj as they are.
publish() {
    folder=$1
    shift
    [ -d "$folder" ] && return
    for name in gateway cli device-sim; do
        dotnet publish "$root/$name" -c Release --self-contained false --artifacts-path "$root/out/publish" -nologo -v quiet \
            -p:UseAppHost=false -p:DebugType=none -p:ContinuousIntegrationBuild=true "$@" \
            -o "$folder" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
    done
    rm -f "$folder"/*.pdb "$folder"/*.staticwebassets.endpoints.json "$folder/web.config"
}

# programs ARCHITECTURE: sets $programs to the folder of the programs. Code compiled ahead starts with three quarters of the work
# (docs/adr/0194-packages-for-each-architecture.md); the compiler for it wants a runtime pack of the target, which is to be had for amd64 alone.
programs() {
    if [ "$1" = amd64 ]; then
        programs=$work/ready
        publish "$programs" -r linux-x64 -p:PublishReadyToRun=true
    else
        programs=$work/portable
        publish "$programs"
    fi
}

# runtime ARCHITECTURE: sets $runtime to the folder with the runtime that a package brings; fails where it is to be had nowhere.
runtime() {
    case $1 in amd64) name=linux-x64 ;; arm64) name=linux-arm64 ;; esac
    for archive in $runtimes; do
        case $archive in
        *"$name.tar.gz")
            runtime=$work/runtime-$1
            mkdir -p "$runtime"
            tar -xzf "$archive" -C "$runtime"
            [ -x "$runtime/dotnet" ] && ls -d "$runtime"/shared/Microsoft.AspNetCore.App/10.* >/dev/null 2>&1 || fault "$archive is no archive of aspnetcore-runtime-10.0"
            return 0
            ;;
        esac
    done
    # A runtime archive has the very layout of the SDK's folder, which holds one.
    runtime=$sdk
    [ "$1" = "$(dpkg --print-architecture)" ]
}

# bring RUNTIME TARGET: the runtime, without the SDK and without what only debuggers and tracers use
bring() {
    newest=$(ls "$1/shared/Microsoft.AspNetCore.App" | grep '^10\.' | sort -V | tail -1)
    mkdir -p "$2/host/fxr" "$2/shared/Microsoft.NETCore.App" "$2/shared/Microsoft.AspNetCore.App"
    cp "$1/dotnet" "$2/"
    cp -r "$1/host/fxr/$newest" "$2/host/fxr/"
    for part in Microsoft.NETCore.App Microsoft.AspNetCore.App; do cp -r "$1/shared/$part/$newest" "$2/shared/$part/"; done
    (cd "$2/shared/Microsoft.NETCore.App/$newest" && rm -f createdump libmscordbi.so libcoreclrtraceptprovider.so)
    # The machine that an ELF file is for: the wrong archive is told here, and not by every machine that installs the package.
    case $(od -An -tx1 -j18 -N2 "$2/dotnet" | tr -d ' ') in 3e00) found=amd64 ;; b700) found=arm64 ;; *) found='another machine' ;; esac
    [ "$found" = "$architecture" ] || fault "the runtime for $architecture is one for $found"
}

# package: that for $architecture, with $runtime
package() {
    stage=$work/$architecture
    mkdir -p "$stage/DEBIAN" "$stage/usr/lib" "$stage/usr/share/doc/roost"
    depends='libsqlite3-0, bubblewrap, ca-certificates, init-system-helpers (>= 1.54), systemd | systemd-standalone-sysusers | systemd-sysusers'
    words='The package uses the .NET runtime that the machine has.'
    if [ "$architecture" = all ]; then
        depends="aspnetcore-runtime-10.0, $depends"
    else
        depends="libc6 (>= 2.34), libgcc-s1, libstdc++6, libssl3 | libssl3t64, zlib1g, $depends"
        words='The package brings the .NET runtime that it needs.'
    fi

    programs "$architecture"
    cp -r "$programs" "$stage/usr/lib/roost"
    overrides=lintian-overrides
    if [ "$architecture" = all ]; then
        overrides=lintian-overrides.all
    else
        bring "$runtime" "$stage/usr/lib/roost/dotnet"
        gzip -9nc "$runtime/ThirdPartyNotices.txt" >"$stage/usr/share/doc/roost/dotnet-third-party-notices.txt.gz"
    fi
    for name in roostd roost roost-sim; do
        install -D -m 755 /dev/null "$stage/usr/bin/$name"
        sed "s/@NAME@/$name/g" "$here/launcher" >"$stage/usr/bin/$name"
    done
    install -D -m 644 "$here/roost.yaml" "$stage/etc/roost/roost.yaml"
    install -d "$stage/etc/roost/conf.d"
    install -D -m 644 "$here/roost.service" "$stage/usr/lib/systemd/system/roost.service"
    install -D -m 644 "$here/roost.sysusers" "$stage/usr/lib/sysusers.d/roost.conf"
    install -D -m 644 "$here/roost.udev" "$stage/usr/lib/udev/rules.d/60-roost.rules"
    install -D -m 644 "$here/completions/roost.bash" "$stage/usr/share/bash-completion/completions/roost"
    for name in roostd roost-sim; do ln -s roost "$stage/usr/share/bash-completion/completions/$name"; done
    install -D -m 644 "$here/completions/roost.zsh" "$stage/usr/share/zsh/vendor-completions/_roost"
    install -D -m 644 "$here/completions/roost.fish" "$stage/usr/share/fish/vendor_completions.d/roost.fish"
    ln -s roost.fish "$stage/usr/share/fish/vendor_completions.d/roost-sim.fish"
    install -D -m 644 "$here/$overrides" "$stage/usr/share/lintian/overrides/roost"
    install -D -m 644 "$here/copyright" "$stage/usr/share/doc/roost/copyright"
    install -d "$stage/usr/share/doc/roost/examples"
    install -m 644 "$here"/examples/* "$stage/usr/share/doc/roost/examples/"
    install -d "$stage/usr/share/man/man1" "$stage/usr/share/man/man8"
    # With the paths among them as they are in the tree. Why it is as it is (docs/adr) is for whoever changes it.
    install -d "$stage/usr/share/doc/roost/docs/formats"
    install -m 644 "$root/README.md" "$stage/usr/share/doc/roost/"
    install -m 644 "$root"/docs/*.md "$stage/usr/share/doc/roost/docs/"
    install -m 644 "$root"/docs/formats/*.md "$stage/usr/share/doc/roost/docs/formats/"
    gzip -9nc "$here/changelog" >"$stage/usr/share/doc/roost/changelog.gz"
    gzip -9nc "$here/roost.1" >"$stage/usr/share/man/man1/roost.1.gz"
    gzip -9nc "$here/roost-sim.1" >"$stage/usr/share/man/man1/roost-sim.1.gz"
    gzip -9nc "$here/roostd.8" >"$stage/usr/share/man/man8/roostd.8.gz"

    chmod -R u=rwX,go=rX "$stage"
    find "$stage" -type f ! -path "$stage/usr/bin/*" ! -path '*/function-runtimes/*' ! -name dotnet -exec chmod a-x {} +

    size=$(du -k -s --apparent-size "$stage/usr" "$stage/etc" | awk '{ sum += $1 } END { print sum }')
    sed -e "s/@VERSION@/$version/" -e "s/@SIZE@/$size/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@DEPENDS@/$depends/" -e "s/@RUNTIME@/$words/" "$here/control" >"$stage/DEBIAN/control"
    install -m 644 "$here/conffiles" "$stage/DEBIAN/conffiles"
    for name in preinst postinst prerm postrm; do
        sed -e "/^# @FORMER@$/{r $here/former.sh" -e 'd}' "$here/$name" >"$stage/DEBIAN/$name"
        chmod 755 "$stage/DEBIAN/$name"
    done
    (cd "$stage" && find usr -type f -printf '%P\n' | LC_ALL=C sort | sed 's:^:usr/:' | xargs md5sum >DEBIAN/md5sums)
    find "$stage" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

    package=$out/roost_${version}_$architecture.deb
    # shellcheck disable=SC2086 # two words
    dpkg-deb --root-owner-group $compression --build "$stage" "$package" >/dev/null
    rm -rf "$stage"
    echo "$package"
}

missing=''
for architecture in $architectures; do
    runtime=''
    if [ "$architecture" = all ] || runtime "$architecture"; then
        package
    else
        missing="$missing $architecture"
    fi
done
for architecture in $missing; do
    case $architecture in amd64) name=x64 ;; *) name=$architecture ;; esac
    echo "build.sh: no package for $architecture was made: it brings a runtime, and needs aspnetcore-runtime-10.0.X-linux-$name.tar.gz from https://dotnet.microsoft.com/download/dotnet/10.0, given with --runtime" >&2
done
[ -z "$missing" ] || exit 3
