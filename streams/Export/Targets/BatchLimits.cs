namespace Roost.Streams.Export.Targets;

/// <summary>How a batch is closed, whatever comes first, and how many are under way at a time.</summary>
/// <param name="Records">At most so many.</param>
/// <param name="Bytes">Of keys and payloads; a single larger record goes alone.</param>
/// <param name="Linger">From the first record that waits.</param>
/// <param name="Inflight">Batches sent and not yet accepted.</param>
internal sealed record BatchLimits(int Records, int Bytes, TimeSpan Linger, int Inflight);
