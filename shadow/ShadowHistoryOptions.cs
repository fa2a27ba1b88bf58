namespace Roost.Shadow;

/// <summary>How much of the past the stream <c>$shadows</c> keeps. Whatever comes first ends it.</summary>
public sealed class ShadowHistoryOptions
{
    /// <summary>Bytes on the disk. Default 64 MiB, at least 16 MiB: the changes that are not in the store yet have to fit.</summary>
    public long Bytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Default 30 days.</summary>
    public TimeSpan Age { get; set; } = TimeSpan.FromDays(30);
}
