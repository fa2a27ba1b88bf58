using System.Runtime.InteropServices;

namespace Roost.LocalLambda.Isolation.Seccomp;

/// <summary>A machine whose system calls the filter knows by their numbers.</summary>
/// <param name="Audit">The kernel's name of it in <c>seccomp_data.arch</c> (AUDIT_ARCH_...).</param>
internal sealed record SystemCallMachine(string Name, uint Audit, Func<SystemCall, int?> Number)
{
    public static SystemCallMachine X64 { get; } = new("x86_64", 0xC000003E, call => call.X64);

    public static SystemCallMachine Arm64 { get; } = new("aarch64", 0xC00000B7, call => call.Arm64);

    /// <returns>Null on a machine for which there is no table: no function can be isolated there.</returns>
    public static SystemCallMachine? Current => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => X64,
        Architecture.Arm64 => Arm64,
        _ => null,
    };
}
