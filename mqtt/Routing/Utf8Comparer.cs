using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Roost.Mqtt.Routing;

/// <summary>Compares and hashes UTF-8 text as bytes; spans look up what arrays were stored under.</summary>
internal sealed class Utf8Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly Utf8Comparer Instance = new();

    // Topics come from outside: a seed of this process makes collisions hard to choose.
    private static readonly ulong s_seed = (ulong)Random.Shared.NextInt64();

    public static int Hash(ReadOnlySpan<byte> utf8)
    {
        const ulong Multiplier = 0x9E37_79B9_7F4A_7C15;
        var hash = s_seed ^ ((ulong)utf8.Length * Multiplier);
        while (utf8.Length >= sizeof(ulong))
        {
            hash = BitOperations.RotateLeft((hash ^ MemoryMarshal.Read<ulong>(utf8)) * Multiplier, 29);
            utf8 = utf8[sizeof(ulong)..];
        }

        var rest = 0UL;
        foreach (var value in utf8)
        {
            rest = (rest << 8) | value;
        }

        hash = (hash ^ rest) * Multiplier;
        return (int)(hash ^ (hash >> 32));
    }

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] byte[] obj) => Hash(obj);

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => Hash(alternate);

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
