namespace Roost.LocalLambda;

/// <summary>One record of a stream. <paramref name="Payload"/> is valid until the next read of the same reader.</summary>
/// <param name="Timestamp">When it was appended; never earlier than that of the record before it.</param>
public sealed record FunctionStreamRecord(long Offset, DateTimeOffset Timestamp, string Key, ReadOnlyMemory<byte> Payload);
