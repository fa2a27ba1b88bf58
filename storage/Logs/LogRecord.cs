using System.Runtime.InteropServices;

namespace Roost.Storage.Logs;

/// <summary>One record as a reader hands it out.</summary>
/// <remarks>The memories lie in the reader's buffer: they are valid until the next read of that reader. Copy what outlives it.</remarks>
/// <param name="Offset">Its number in the log; unique, growing.</param>
/// <param name="Timestamp">When it was appended (UTC), never earlier than that of the record before it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LogRecord(
    long Offset,
    DateTimeOffset Timestamp,
    ReadOnlyMemory<byte> Key,
    ReadOnlyMemory<byte> Headers,
    ReadOnlyMemory<byte> Payload);
