using System.Security.Cryptography;

namespace Roost.Identity.Audit;

/// <summary>What links the records.</summary>
internal static class AuditHash
{
    public const int Digits = 64;

    /// <summary>What the first record of all follows.</summary>
    public static string None { get; } = new('0', Digits);

    /// <summary>What a record follows where the chain before it was found to be broken.</summary>
    public static string Broken { get; } = new('f', Digits);

    public static string Of(ReadOnlySpan<byte> record)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(record, hash);
        return Convert.ToHexStringLower(hash);
    }
}
