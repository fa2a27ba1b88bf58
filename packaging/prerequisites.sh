# Sourced by ./run and ./test: brings what a new Debian machine lacks beyond the .NET SDK.

roost_need_dotnet() {
    if ! command -v dotnet >/dev/null; then
        echo "The .NET 10 SDK is missing: install dotnet-sdk-10.0 (https://learn.microsoft.com/dotnet/core/install/linux-debian)." >&2
        exit 1
    fi
    case $(dotnet --version 2>/dev/null) in
    10.*) ;;
    *) echo "The .NET SDK on PATH is $(dotnet --version 2>&1 | head -1); Roost needs 10.0 (global.json)." >&2; exit 1 ;;
    esac
}

# Installs Debian packages that are not there yet; asks sudo only when it has to.
roost_need_packages() {
    local missing=() package
    for package; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    # An interpreter from elsewhere does not count: functions run with the system's own, /usr/bin/node and /usr/bin/python3.
    [ ${#missing[@]} -eq 0 ] && return 0
    echo "Installing ${missing[*]}" >&2
    local sudo=
    [ "$(id -u)" -eq 0 ] || sudo=sudo
    local log
    log=$(mktemp)
    { $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 ||
        { cat "$log" >&2; echo "apt could not install ${missing[*]}; install them by hand and run this again." >&2; exit 1; }
    rm -f "$log"
    # Debian starts servers of its own, mosquitto's on port 1883, which is the port that Roost listens on. Tests start theirs.
    if [ -d /run/systemd/system ]; then
        for package in mosquitto nats-server rabbitmq-server; do
            case " ${missing[*]} " in *" $package "*) $sudo systemctl disable --now "$package" >/dev/null 2>&1 ;; esac
        done
    fi
    return 0
}

# Installs AWS's runtime interface client, which is built from source: some 90 s, 165 MB and these packages.
roost_need_lambda_ric() {
    roost_need_packages autoconf automake libtool unzip cmake make g++ python3 npm
    roost_need_npm_packages tests/LocalLambda.Tests/Runtimes/Ric --foreground-scripts
}

# Installs the npm packages that FOLDER/package-lock.json names, unless they are there.
roost_need_npm_packages() {
    local folder=$1 scripts=${2:---ignore-scripts} log
    [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ] && return 0
    command -v npm >/dev/null || roost_need_packages npm
    log=$(mktemp)
    # npm trusts what the machine trusts, as apt and curl do. Scripts of the packages themselves run only where the caller says so.
    NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt} npm ci --prefix "$folder" "$scripts" --no-audit --no-fund >"$log" 2>&1 ||
        { cat "$log" >&2; echo "npm could not install the packages of $folder: the tests that need them are skipped." >&2; }
    rm -f "$log"
}
