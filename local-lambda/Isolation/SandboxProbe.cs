using System.ComponentModel;
using Roost.LocalLambda.Isolation.Seccomp;

namespace Roost.LocalLambda.Isolation;

/// <summary>
/// Finds out whether this machine can isolate functions: makes a sandbox like theirs, and in it tries what no function may do. That a sandbox starts
/// is not enough; a kernel or a system that leaves out a part of it does so without a word.
/// </summary>
internal static class SandboxProbe
{
    /// <summary>Prints what it could do though it should not, one line each. Its arguments are numbers of system calls, which differ between machines.</summary>
    private const string Attempts =
        """
        my ($ptrace, $unshare, $mount, $keyctl, $bpf, $perf) = map { $_ + 0 } @ARGV;
        sub told { print "$_[0]\n" }
        sub text { open(my $f, '<', $_[0]) or return ''; local $/; my $t = <$f>; close $f; $t // '' }
        told('read /etc/shadow') if text('/etc/shadow') ne '';
        told('write to /usr') if open(my $f, '>', '/usr/.roost-probe');
        told('write to /') if open(my $g, '>', '/.roost-probe');
        my $status = text('/proc/self/status');
        told('use capabilities') unless $status =~ /^CapEff:\s*0+$/m && $status =~ /^CapPrm:\s*0+$/m && $status =~ /^CapBnd:\s*0+$/m;
        told('gain privileges by running a program') unless $status =~ /^NoNewPrivs:\s*1$/m;
        told('make any system call') unless $status =~ /^Seccomp:\s*2$/m;
        told('see processes of the machine') if grep({ /^\d+$/ } map { s{.*/}{}r } glob('/proc/[0-9]*')) > 8;
        told('see interfaces of the machine') if grep({ /^\s*(\S+):/ && $1 ne 'lo' } split(/\n/, text('/proc/net/dev')));
        told('see sockets of the machine') if text('/proc/net/unix') =~ /@/;
        told('trace a process') if syscall($ptrace, 0, 0, 0, 0) >= 0;
        told('make a namespace') if syscall($unshare, 0x10000000) >= 0;
        told('mount a file system') if syscall($mount, my $none = "none", my $tmp = "/tmp", my $type = "tmpfs", 0, 0) >= 0;
        told('read the kernel\'s keys') if syscall($keyctl, 0, -3, 0) >= 0;
        told('load a program into the kernel') if syscall($bpf, 0, my $b = "\0" x 128, 128) >= 0;
        told('watch the processor') if syscall($perf, my $p = "\0" x 128, 0, -1, -1, 0) >= 0;
        """;

    private static readonly string[] Calls = ["ptrace", "unshare", "mount", "keyctl", "bpf", "perf_event_open"];

    /// <returns>Null when it can, else the reason with a remedy.</returns>
    public static async Task<string?> FaultAsync(ProcessLauncher launcher, SandboxMarks marks, CancellationToken cancellationToken)
    {
        if (!File.Exists(Sandbox.Bubblewrap))
        {
            return $"{Sandbox.Bubblewrap} is missing; install it: apt install bubblewrap";
        }

        return SystemCallMachine.Current is { } machine
            ? await FaultAsync(launcher, marks, machine, SystemCallFilter.Build(machine, countsMemory: false), cancellationToken)
            : "there is no filter of system calls for this kind of processor; functions can be isolated on x86_64 and aarch64";
    }

    /// <param name="program">The filter that is tried.</param>
    internal static async Task<string?> FaultAsync(ProcessLauncher launcher, SandboxMarks marks, SystemCallMachine machine, byte[] program, CancellationToken cancellationToken)
    {
        var filter = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(filter, program, cancellationToken);
            string[] numbers = [.. Calls.Select(name => machine.Number(SystemCall.All.First(call => call.Name == name))!.Value.ToString())];
            using var process = await launcher.StartAsync(marks.Mark(Sandbox.Probe(filter, ["/usr/bin/perl", "-e", Attempts, .. numbers]), "probe"));
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            var could = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode != 0
                ? $"bubblewrap cannot make a sandbox here ({(await error).Trim()}); allow unprivileged user namespaces (kernel.unprivileged_userns_clone=1, or an AppArmor profile with userns)"
                : could.Length > 0
                ? $"a sandbox that was made to try it could {string.Join(", ", could.Trim().Split('\n'))}; is {Sandbox.Bubblewrap} Debian's own?"
                : null;
        }
        catch (Win32Exception exception)
        {
            return $"bubblewrap cannot be started: {exception.Message}";
        }
        finally
        {
            File.Delete(filter);
        }
    }
}
