using Roost.Storage;

namespace Roost.Streams.Definitions;

/// <summary>Noted before anything is appended, and taken back when the stream was closed and synced. Found at a start, it tells that the process before was ended.</summary>
/// <param name="Durability">What an acknowledged record outlived.</param>
/// <param name="Boot">Of the machine; zero where it does not tell.</param>
internal sealed record StreamOpening(Durability Durability, Guid Boot)
{
    /// <returns>Null where nothing that was acknowledged can be lost.</returns>
    public static StreamOpening? Of(Durability durability, Guid boot) => durability == Durability.PowerLoss ? null : new StreamOpening(durability, boot);

    /// <summary>Whether records that were given out may be gone since.</summary>
    public bool MayHaveLost(Guid boot) => Durability == Durability.Memory || Boot == Guid.Empty || Boot != boot;
}
