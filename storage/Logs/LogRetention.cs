namespace Roost.Storage.Logs;

/// <summary>How much of its past a log keeps. Whatever is null is unlimited. Space is freed in whole segments.</summary>
/// <param name="Bytes">Most bytes of all segments together. Segments are made at most an eighth of it, so that what is freed is little at a time.</param>
/// <param name="Age">Records older than this go, whatever the policy for full is. Ages follow the order of records: a clock that jumps back does not make a record younger than its predecessor.</param>
/// <param name="Records">Most records; offsets that a failed write left unused count as records.</param>
public sealed record LogRetention(long? Bytes = null, TimeSpan? Age = null, long? Records = null)
{
    /// <summary>Keeps everything until <see cref="AppendLog.TrimTo"/>.</summary>
    public static LogRetention Unlimited { get; } = new();
}
