using System.Buffers.Binary;
using Roost.LocalLambda.Isolation.Seccomp;

namespace Roost.LocalLambda.Tests.Isolation.Seccomp;

/// <summary>Runs a filter on one system call, as the kernel would; whatever the kernel would refuse to load ends in an exception.</summary>
internal static class BpfInterpreter
{
    public const uint Allow = 0x7FFF_0000;
    public const uint Kill = 0x8000_0000;

    public static uint Error(uint number) => 0x0005_0000 | number;

    public static uint Run(ReadOnlySpan<byte> program, uint number, uint machine, params ulong[] arguments)
    {
        Span<byte> data = stackalloc byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(data, number);
        BinaryPrimitives.WriteUInt32LittleEndian(data[4..], machine);
        for (var i = 0; i < arguments.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(data[(16 + (8 * i))..], arguments[i]);
        }

        var accumulator = 0u;
        for (var at = 0; ; at++)
        {
            var instruction = program.Slice(at * 8, 8);
            var operand = BinaryPrimitives.ReadUInt32LittleEndian(instruction[4..]);
            var (jump, holds) = (false, false);
            switch (BinaryPrimitives.ReadUInt16LittleEndian(instruction))
            {
                case BpfInstruction.LoadWord:
                    accumulator = BinaryPrimitives.ReadUInt32LittleEndian(data.Slice((int)operand, 4));
                    break;
                case BpfInstruction.JumpIfEqual:
                    (jump, holds) = (true, accumulator == operand);
                    break;
                case BpfInstruction.JumpIfAtLeast:
                    (jump, holds) = (true, accumulator >= operand);
                    break;
                case BpfInstruction.JumpIfAnyBit:
                    (jump, holds) = (true, (accumulator & operand) != 0);
                    break;
                case BpfInstruction.ReturnValue:
                    return operand;
                case var code:
                    throw new InvalidOperationException($"instruction {at} has the code {code:x}");
            }

            at += jump ? holds ? instruction[2] : instruction[3] : 0;
        }
    }
}
