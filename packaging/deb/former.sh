# Part of preinst, postinst, prerm and postrm, put there by build.sh: keeps the files of the former version for as long as its daemon runs.
# dpkg removes them at the unpacking, those of .NET above all, whose folders have its version in their name; what the daemon had not loaded
# by then it would not find (docs/adr/0204-the-former-daemon-keeps-its-files.md).
former=/usr/lib/roost.former

# running: which start of the service it is that runs; nothing where none does
running() {
    [ -d /run/systemd/system ] && systemctl --quiet is-active roost.service && systemctl show -P InvocationID roost.service || true
}

# is_former_running: whether it is still the one whose files are kept
is_former_running() {
    [ -s $former/running ] && [ "$(cat $former/running)" = "$(running)" ]
}

# in_its_view COMMAND..: in the file systems as the daemon sees them; fails where it has no view of its own
in_its_view() {
    pid=$(systemctl show -P MainPID roost.service)
    [ "$(readlink "/proc/$pid/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ] && nsenter --target "$pid" --mount -- "$@"
}

# keep_former VERSION: the installed one goes on being what the daemon finds in /usr/lib/roost. The links cost no space until dpkg removes the files.
keep_former() {
    if is_former_running; then
        return 0 # the upgrade before was not finished: what runs is older than what is installed
    fi
    forget_former
    if [ -n "$(running)" ]; then
        {
            mkdir $former && echo "$1" >$former/version && running >$former/running && cp -al /usr/lib/roost $former/files &&
                in_its_view mount --bind $former/files /usr/lib/roost
        } || forget_former
    fi
}

# forget_former: also before the daemon ends, which then finds what is installed
forget_former() {
    if is_former_running; then
        in_its_view umount --lazy /usr/lib/roost 2>/dev/null || true
    fi
    rm -rf $former
}
