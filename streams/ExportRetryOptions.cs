namespace Roost.Streams;

/// <summary>What happens to a batch that was not taken.</summary>
public sealed class ExportRetryOptions
{
    /// <summary>Limit of the first wait; it doubles with each failure. Waits are random up to the limit. 10 ms to 1 h.</summary>
    public TimeSpan First { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait. At least <see cref="First"/>, at most one day.</summary>
    public TimeSpan Max { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Records older than this are given up, and counted. Null (default): it is tried for ever.</summary>
    public TimeSpan? MaxAge { get; set; }
}
