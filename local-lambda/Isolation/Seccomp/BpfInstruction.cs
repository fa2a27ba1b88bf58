using System.Runtime.InteropServices;

namespace Roost.LocalLambda.Isolation.Seccomp;

/// <summary>One instruction of the kernel's classic packet filter language (<c>struct sock_filter</c>), in the few forms that a filter of system calls needs.</summary>
/// <param name="IfTrue">How many instructions a jump skips when it holds; 255 at most.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BpfInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand)
{
    public const int Bytes = 8;
    public const ushort LoadWord = 0x20; // BPF_LD | BPF_W | BPF_ABS
    public const ushort JumpIfEqual = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    public const ushort JumpIfAtLeast = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    public const ushort JumpIfAnyBit = 0x45; // BPF_JMP | BPF_JSET | BPF_K
    public const ushort ReturnValue = 0x06; // BPF_RET | BPF_K

    /// <param name="offset">In <c>struct seccomp_data</c>, in bytes.</param>
    public static BpfInstruction Load(uint offset) => new(LoadWord, 0, 0, offset);

    public static BpfInstruction Return(uint action) => new(ReturnValue, 0, 0, action);

    public static byte[] Encode(IReadOnlyList<BpfInstruction> program)
    {
        var bytes = new byte[program.Count * Bytes];
        for (var i = 0; i < program.Count; i++)
        {
            var instruction = bytes.AsSpan(i * Bytes, Bytes);
            MemoryMarshal.Write(instruction, program[i].Code); // the machine's own byte order, as the kernel reads it
            (instruction[2], instruction[3]) = (program[i].IfTrue, program[i].IfFalse);
            MemoryMarshal.Write(instruction[4..], program[i].Operand);
        }

        return bytes;
    }
}
