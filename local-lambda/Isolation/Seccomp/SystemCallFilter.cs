namespace Roost.LocalLambda.Isolation.Seccomp;

/// <summary>
/// Builds the filter of system calls that every worker runs under: a search tree over their numbers, with a leaf for each run of numbers that are
/// treated alike. Pure. What is refused, and why, stands in <see cref="SystemCall.All"/>.
/// </summary>
internal static class SystemCallFilter
{
    /// <summary>
    /// The newest call that was looked at (file_setattr, Linux 6.17). A later one does not exist for a function until somebody has decided about it.
    /// The calls of x86_64's 32-bit pointer interface (x32) have numbers far beyond and go the same way.
    /// </summary>
    public const int LastKnown = 469;

    // struct seccomp_data: the number, the machine, the instruction's address, six arguments of eight bytes each.
    private const uint NumberOffset = 0;
    private const uint MachineOffset = 4;
    private const uint ArgumentsOffset = 16;

    private const uint Allow = 0x7FFF_0000;
    private const uint KillProcess = 0x8000_0000;
    private const uint Error = 0x0005_0000;
    private const uint NotPermitted = Error | 1; // EPERM
    private const uint NoSuchCall = Error | 38; // ENOSYS
    private const uint NoSuchProtocol = Error | 93; // EPROTONOSUPPORT
    private const uint NoSuchFamily = Error | 97; // EAFNOSUPPORT

    // CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. (NEWTIME has no bit in clone's flags.)
    private const uint NewNamespaces = 0x7E02_0000;

    // PER_LINUX, PER_LINUX32, each also as version 2.6 (UNAME26), and the question for the present one. Others switch off the randomising of addresses.
    private static readonly uint[] Personalities = [0, 0x8, 0x2_0000, 0x2_0008, 0xFFFF_FFFF];

    private static readonly uint[] TerminalInput = [0x5412, 0x541C, 0x541D]; // TIOCSTI, TIOCLINUX, TIOCCONS

    private const uint FamilyUnix = 1;
    private const uint FamilyInternet = 2;
    private const uint FamilyInternet6 = 10;
    private const uint FamilyNetlink = 16;
    private static readonly uint[] InternetProtocols = [0, 6, 17, 1, 58]; // any, TCP, UDP, ICMP, ICMPv6
    private const uint NetlinkRoute = 0; // getifaddrs asks there for addresses

    /// <param name="countsMemory">A control group counts the memory of each worker.</param>
    public static byte[] Build(SystemCallMachine machine, bool countsMemory) => BpfInstruction.Encode(Program(machine, countsMemory));

    public static IReadOnlyList<BpfInstruction> Program(SystemCallMachine machine, bool countsMemory) =>
    [
        // Another machine's numbers mean other calls: 32-bit code in a 64-bit process, say.
        BpfInstruction.Load(MachineOffset), new(BpfInstruction.JumpIfEqual, 1, 0, machine.Audit), BpfInstruction.Return(KillProcess),
        BpfInstruction.Load(NumberOffset), .. Search(Runs(machine, countsMemory)),
    ];

    /// <summary>Runs of numbers, in order and without a gap: each holds from its first number to the next run's.</summary>
    private static List<(uint First, SystemCallVerdict Verdict)> Runs(SystemCallMachine machine, bool countsMemory)
    {
        var verdicts = new SystemCallVerdict[LastKnown + 2];
        verdicts[^1] = SystemCallVerdict.Missing; // stands for all that come behind it
        foreach (var call in SystemCall.All)
        {
            if (machine.Number(call) is { } number)
            {
                verdicts[number] = call.Verdict == SystemCallVerdict.WhereMemoryIsCounted ? countsMemory ? SystemCallVerdict.Allowed : SystemCallVerdict.Missing : call.Verdict;
            }
        }

        var runs = new List<(uint First, SystemCallVerdict Verdict)>();
        for (var number = 0; number < verdicts.Length; number++)
        {
            if (runs.Count == 0 || runs[^1].Verdict != verdicts[number])
            {
                runs.Add(((uint)number, verdicts[number]));
            }
        }

        return runs;
    }

    private static BpfInstruction[] Search(List<(uint First, SystemCallVerdict Verdict)> runs)
    {
        if (runs.Count == 1)
        {
            return Leaf(runs[0].Verdict);
        }

        var middle = runs.Count / 2;
        var below = Search(runs[..middle]);
        return [new(BpfInstruction.JumpIfAtLeast, checked((byte)below.Length), 0, runs[middle].First), .. below, .. Search(runs[middle..])];
    }

    private static BpfInstruction[] Leaf(SystemCallVerdict verdict) => verdict switch
    {
        SystemCallVerdict.Allowed => [BpfInstruction.Return(Allow)],
        SystemCallVerdict.Refused => [BpfInstruction.Return(NotPermitted)],
        SystemCallVerdict.Missing => [BpfInstruction.Return(NoSuchCall)],
        SystemCallVerdict.WithoutNamespaces =>
            [Argument(0), new(BpfInstruction.JumpIfAnyBit, 0, 1, NewNamespaces), BpfInstruction.Return(NotPermitted), BpfInstruction.Return(Allow)],
        SystemCallVerdict.UsualPersonality => [Argument(0), .. OneOf(Personalities, Allow, NotPermitted)],
        SystemCallVerdict.WithoutTerminalInput => [Argument(1), .. OneOf(TerminalInput, NotPermitted, Allow)],
        SystemCallVerdict.UsualSockets => Sockets(),
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "has no leaf"),
    };

    private static BpfInstruction[] Sockets()
    {
        BpfInstruction[] internet = [Argument(2), .. OneOf(InternetProtocols, Allow, NoSuchProtocol)];
        BpfInstruction[] netlink = [Argument(2), .. OneOf([NetlinkRoute], Allow, NoSuchProtocol)];
        var past = checked((byte)netlink.Length);
        return
        [
            Argument(0),
            new(BpfInstruction.JumpIfEqual, 3, 0, FamilyUnix),
            new(BpfInstruction.JumpIfEqual, (byte)(4 + past), 0, FamilyInternet),
            new(BpfInstruction.JumpIfEqual, (byte)(3 + past), 0, FamilyInternet6),
            new(BpfInstruction.JumpIfEqual, 2, 1, FamilyNetlink),
            BpfInstruction.Return(Allow), // unix
            BpfInstruction.Return(NoSuchFamily),
            .. netlink, .. internet,
        ];
    }

    /// <summary>
    /// The lower half of an argument. The kernel takes all arguments that are looked at here as 32 bits wide and ignores the upper half; a filter that
    /// compared it as well would be passed by setting a bit there.
    /// </summary>
    private static BpfInstruction Argument(uint index) => BpfInstruction.Load(ArgumentsOffset + (8 * index));

    private static IEnumerable<BpfInstruction> OneOf(uint[] values, uint then, uint otherwise)
    {
        for (var i = 0; i < values.Length; i++)
        {
            yield return new(BpfInstruction.JumpIfEqual, (byte)(values.Length - i), 0, values[i]);
        }

        yield return BpfInstruction.Return(otherwise);
        yield return BpfInstruction.Return(then);
    }
}
