namespace Roost.LocalLambda.Isolation.Seccomp;

/// <summary>A system call that functions do not simply get.</summary>
/// <param name="X64">Its number on x86_64; null where it does not exist.</param>
/// <param name="Arm64">Its number on aarch64, which uses the kernel's generic table.</param>
internal sealed record SystemCall(string Name, int? X64, int? Arm64, SystemCallVerdict Verdict)
{
    /// <summary>Every call that is not allowed as it comes. All others up to <see cref="SystemCallFilter.LastKnown"/> are.</summary>
    public static IReadOnlyList<SystemCall> All { get; } =
    [
        // Other processes. A function has none but its own, and a way into those is a way out of what they dropped.
        Refused("ptrace", 101, 117), Refused("process_vm_readv", 310, 270), Refused("process_vm_writev", 311, 271), Refused("process_madvise", 440),
        Refused("pidfd_getfd", 438), Refused("kcmp", 312, 272), Refused("move_pages", 279, 239), Refused("migrate_pages", 256, 238),

        // Keys are not divided by namespace: one user's keyrings are the daemon's as well.
        Refused("keyctl", 250, 219), Refused("add_key", 248, 217), Refused("request_key", 249, 218),

        // Large parts of the kernel behind one door, with a long record of faults, that no handler needs.
        Refused("bpf", 321, 280), Refused("perf_event_open", 298, 241), Refused("userfaultfd", 323, 282), Refused("lookup_dcookie", 212, 18),
        Refused("io_uring_setup", 425), Refused("io_uring_enter", 426), Refused("io_uring_register", 427), Refused("memfd_secret", 447),
        Refused("fanotify_init", 300, 262), Refused("fanotify_mark", 301, 263), Refused("modify_ldt", 154, null),

        // What the file system looks like.
        Refused("mount", 165, 40), Refused("umount2", 166, 39), Refused("pivot_root", 155, 41), Refused("chroot", 161, 51),
        Refused("open_tree", 428), Refused("move_mount", 429), Refused("fsopen", 430), Refused("fsconfig", 431), Refused("fsmount", 432), Refused("fspick", 433),
        Refused("mount_setattr", 442), Refused("open_tree_attr", 467), Missing("statmount", 457), Missing("listmount", 458),
        Refused("name_to_handle_at", 303, 264), Refused("open_by_handle_at", 304, 265), Refused("quotactl", 179, 60), Refused("quotactl_fd", 443),

        // Namespaces: inside a new one the kernel believes a process to be root. clone3 hands its flags over in memory, where a filter cannot look;
        // every C library goes back to clone when it is told that there is none.
        Refused("unshare", 272, 97), Refused("setns", 308, 268), new("clone", 56, 220, SystemCallVerdict.WithoutNamespaces), Missing("clone3", 435),

        // The machine itself.
        Refused("kexec_load", 246, 104), Refused("kexec_file_load", 320, 294), Refused("reboot", 169, 142), Refused("swapon", 167, 224), Refused("swapoff", 168, 225),
        Refused("init_module", 175, 105), Refused("finit_module", 313, 273), Refused("delete_module", 176, 106), Refused("create_module", 174, null),
        Refused("get_kernel_syms", 177, null), Refused("query_module", 178, null), Refused("acct", 163, 89), Refused("nfsservctl", 180, 42),
        Refused("settimeofday", 164, 170), Refused("clock_settime", 227, 112), Refused("adjtimex", 159, 171), Refused("clock_adjtime", 305, 266),
        Refused("sethostname", 170, 161), Refused("setdomainname", 171, 162), Refused("iopl", 172, null), Refused("ioperm", 173, null),
        Refused("vhangup", 153, 58), Refused("syslog", 103, 116), Refused("uselib", 134, null), Refused("ustat", 136, null), Refused("sysfs", 139, null), Refused("_sysctl", 156, null),

        // System V's shared memory, messages and semaphores belong to no process: where no control group counts them, nothing would bound them.
        Missing("shmget", 29, 194), Missing("shmat", 30, 196), Missing("shmctl", 31, 195), Missing("shmdt", 67, 197),
        Missing("msgget", 68, 186), Missing("msgsnd", 69, 189), Missing("msgrcv", 70, 188), Missing("msgctl", 71, 187),
        Missing("semget", 64, 190), Missing("semop", 65, 193), Missing("semctl", 66, 191), Missing("semtimedop", 220, 192),

        // Files in memory that have no place in /tmp or /dev/shm, whose sizes are bounded.
        new("memfd_create", 319, 279, SystemCallVerdict.WhereMemoryIsCounted),

        // Judged by their arguments.
        new("personality", 135, 92, SystemCallVerdict.UsualPersonality),
        new("ioctl", 16, 29, SystemCallVerdict.WithoutTerminalInput),
        new("socket", 41, 198, SystemCallVerdict.UsualSockets), new("socketpair", 53, 199, SystemCallVerdict.UsualSockets),
    ];

    private static SystemCall Refused(string name, int x64, int? arm64) => new(name, x64, arm64, SystemCallVerdict.Refused);

    /// <summary>Calls that came since Linux 5.1 have one number everywhere.</summary>
    private static SystemCall Refused(string name, int number) => Refused(name, number, number);

    private static SystemCall Missing(string name, int x64, int? arm64) => new(name, x64, arm64, SystemCallVerdict.Missing);

    private static SystemCall Missing(string name, int number) => Missing(name, number, number);
}
