using System.Globalization;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Roost.LocalLambda.Isolation.Seccomp;

namespace Roost.LocalLambda.Tests.Isolation.Seccomp;

/// <summary>The filter of system calls, run by an interpreter for both machines, whichever this one is.</summary>
internal sealed partial class SystemCallFilterTests
{
    private const uint NotPermitted = 1;
    private const uint NoSuchCall = 38;
    private const uint NoSuchProtocol = 93;
    private const uint NoSuchFamily = 97;

    private static readonly SystemCallMachine[] Machines = [SystemCallMachine.X64, SystemCallMachine.Arm64];

    [TestCaseSource(nameof(Machines))]
    public void Every_number_has_the_verdict_of_the_table_and_all_others_are_allowed(SystemCallMachine machine)
    {
        var program = SystemCallFilter.Build(machine, countsMemory: true);
        var verdicts = SystemCall.All.Where(call => machine.Number(call) is not null).ToDictionary(call => (uint)machine.Number(call)!.Value, call => call.Verdict);

        Prop.ForAll(Gen.Choose(0, SystemCallFilter.LastKnown).ToArbitrary(), number =>
        {
            var result = BpfInterpreter.Run(program, (uint)number, machine.Audit);
            return verdicts.GetValueOrDefault((uint)number) switch
            {
                SystemCallVerdict.Allowed => result == BpfInterpreter.Allow,
                SystemCallVerdict.Refused => result == BpfInterpreter.Error(NotPermitted),
                SystemCallVerdict.Missing => result == BpfInterpreter.Error(NoSuchCall),
                _ => true, // judged by arguments: below
            };
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [TestCaseSource(nameof(Machines))]
    public void Files_in_memory_are_had_where_memory_is_counted(SystemCallMachine machine)
    {
        Assert.That(Run(machine, "memfd_create"), Is.EqualTo(BpfInterpreter.Allow));
        Assert.That(BpfInterpreter.Run(SystemCallFilter.Build(machine, countsMemory: false), machine == SystemCallMachine.X64 ? 319u : 279u, machine.Audit), Is.EqualTo(BpfInterpreter.Error(NoSuchCall)));
    }

    [TestCaseSource(nameof(Machines))]
    public void Numbers_beyond_the_last_known_do_not_exist(SystemCallMachine machine)
    {
        var program = SystemCallFilter.Build(machine, countsMemory: true);

        Prop.ForAll(Gen.Choose(SystemCallFilter.LastKnown + 1, int.MaxValue).ToArbitrary(), number =>
            BpfInterpreter.Run(program, (uint)number, machine.Audit) == BpfInterpreter.Error(NoSuchCall)
            && BpfInterpreter.Run(program, (uint)number | 0x8000_0000, machine.Audit) == BpfInterpreter.Error(NoSuchCall)).QuickCheckThrowOnFailure();
        Assert.That(BpfInterpreter.Run(program, 0x4000_0000, machine.Audit), Is.EqualTo(BpfInterpreter.Error(NoSuchCall)), "x32's read");
    }

    [TestCaseSource(nameof(Machines))]
    public void Another_machines_calls_end_the_process(SystemCallMachine machine)
    {
        var program = SystemCallFilter.Build(machine, countsMemory: true);
        foreach (var other in new[] { 0x4000_0003u /* i386 */, 0x4000_0028u /* 32-bit ARM */, Machines.Single(other => other != machine).Audit })
        {
            Assert.That(BpfInterpreter.Run(program, 0, other), Is.EqualTo(BpfInterpreter.Kill));
        }
    }

    [TestCaseSource(nameof(Machines))]
    public void The_kernel_would_load_it(SystemCallMachine machine)
    {
        var program = SystemCallFilter.Program(machine, countsMemory: true);

        Assert.That(program, Has.Count.LessThanOrEqualTo(4096), "BPF_MAXINSNS");
        for (var at = 0; at < program.Count; at++)
        {
            var isReturn = program[at].Code == BpfInstruction.ReturnValue;
            Assert.That(isReturn || at + 1 + Math.Max(program[at].IfTrue, program[at].IfFalse) < program.Count, Is.True, $"instruction {at} leads out of the program");
        }
    }

    [TestCaseSource(nameof(Machines))]
    public void A_process_may_be_cloned_but_not_into_a_namespace(SystemCallMachine machine)
    {
        const ulong Thread = 0x3D0F00, Fork = 0x1200011;

        Assert.That(Run(machine, "clone", Thread), Is.EqualTo(BpfInterpreter.Allow));
        Assert.That(Run(machine, "clone", Fork), Is.EqualTo(BpfInterpreter.Allow));
        foreach (var space in new ulong[] { 0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000 })
        {
            Assert.That(Run(machine, "clone", Fork | space), Is.EqualTo(BpfInterpreter.Error(NotPermitted)), $"{space:x}");
        }
    }

    [TestCaseSource(nameof(Machines))]
    public void Nobody_types_into_a_terminal_also_not_with_bits_that_the_kernel_ignores(SystemCallMachine machine)
    {
        Assert.That(Run(machine, "ioctl", 1, 0x5401), Is.EqualTo(BpfInterpreter.Allow), "TCGETS");
        foreach (var request in new ulong[] { 0x5412, 0x541C, 0x541D, 0x1_0000_5412, 0xFFFF_FFFF_0000_5412 })
        {
            Assert.That(Run(machine, "ioctl", 1, request), Is.EqualTo(BpfInterpreter.Error(NotPermitted)), $"{request:x}");
        }
    }

    [TestCase(1u, 0u, null, Description = "unix")]
    [TestCase(2u, 6u, null, Description = "TCP")]
    [TestCase(2u, 17u, null, Description = "UDP")]
    [TestCase(10u, 0u, null, Description = "TCP over IPv6")]
    [TestCase(10u, 58u, null, Description = "ping over IPv6")]
    [TestCase(16u, 0u, null, Description = "what addresses there are")]
    [TestCase(16u, 12u, NoSuchProtocol, Description = "netfilter")]
    [TestCase(16u, 9u, NoSuchProtocol, Description = "audit")]
    [TestCase(2u, 132u, NoSuchProtocol, Description = "SCTP")]
    [TestCase(2u, 255u, NoSuchProtocol, Description = "raw")]
    [TestCase(10u, 33u, NoSuchProtocol, Description = "DCCP")]
    [TestCase(17u, 768u, NoSuchFamily, Description = "packets of the wire")]
    [TestCase(38u, 0u, NoSuchFamily, Description = "the kernel's ciphers")]
    [TestCase(40u, 0u, NoSuchFamily, Description = "the hypervisor")]
    [TestCase(31u, 0u, NoSuchFamily, Description = "Bluetooth")]
    [TestCase(29u, 1u, NoSuchFamily, Description = "CAN")]
    [TestCase(0u, 0u, NoSuchFamily)]
    public void Sockets_are_for_the_internet_and_for_the_sandbox(uint family, uint protocol, uint? error)
    {
        foreach (var machine in Machines)
        {
            var expected = error is { } number ? BpfInterpreter.Error(number) : BpfInterpreter.Allow;
            Assert.That(Run(machine, "socket", family, 1, protocol), Is.EqualTo(expected));
            Assert.That(Run(machine, "socketpair", family, 1, protocol), Is.EqualTo(expected));
            Assert.That(Run(machine, "socket", family | 0x7_0000_0000UL, 1, protocol | 0x7_0000_0000UL), Is.EqualTo(expected), "the kernel looks at 32 bits");
        }
    }

    [TestCase(0u, true)]
    [TestCase(0xFFFF_FFFFu, true)]
    [TestCase(0x8u, true)]
    [TestCase(0x2_0008u, true)]
    [TestCase(0x004_0000u, false, Description = "addresses that are not random")]
    [TestCase(0x040_0000u, false, Description = "everything that is readable is executable")]
    [TestCase(0x010_0000u, false, Description = "the page at 0")]
    public void Execution_domains_are_those_of_ordinary_programs(uint domain, bool allowed)
    {
        foreach (var machine in Machines)
        {
            Assert.That(Run(machine, "personality", domain), Is.EqualTo(allowed ? BpfInterpreter.Allow : BpfInterpreter.Error(NotPermitted)));
        }
    }

    [TestCase("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")]
    [TestCase("/usr/include/asm-generic/unistd.h")]
    public void The_numbers_are_the_kernels(string header)
    {
        if (!File.Exists(header))
        {
            Assert.Ignore($"There is nothing to compare with: {header} is not here (apt install linux-libc-dev, on x86_64).");
        }

        var machine = header.Contains("generic") ? SystemCallMachine.Arm64 : SystemCallMachine.X64;
        var known = Definition().Matches(File.ReadAllText(header)).ToDictionary(match => match.Groups["name"].Value, match => int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture));
        foreach (var call in SystemCall.All)
        {
            if (known.TryGetValue(call.Name, out var number) || machine.Number(call) is < 451) // younger than the header may be
            {
                Assert.That(machine.Number(call), Is.EqualTo(number), call.Name);
            }
        }
    }

    private static uint Run(SystemCallMachine machine, string call, params ulong[] arguments) =>
        BpfInterpreter.Run(SystemCallFilter.Build(machine, countsMemory: true), (uint)machine.Number(SystemCall.All.Single(known => known.Name == call))!.Value, machine.Audit, arguments);

    [GeneratedRegex(@"^#define __NR(3264)?_(?<name>\w+)\s+(?<number>\d+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Definition();
}
