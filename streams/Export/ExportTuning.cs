namespace Roost.Streams.Export;

/// <summary>What the exporters need to know and operators need not.</summary>
internal sealed record ExportTuning
{
    /// <summary>Payloads in memory, sent and not yet acknowledged, for each export. One larger record goes alone.</summary>
    public long MaxInflightBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How often a record is sent that the target refuses without saying that waiting helps.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>Limit of the bridge's first wait after a refusal; it doubles up to <see cref="RetryMax"/>. Exports have their own in <see cref="ExportRetryOptions"/>.</summary>
    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan RetryMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>At stop, how long acknowledgements under way are waited for.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an export waits before it tries again what failed here, and not at its target: to read its stream.</summary>
    public TimeSpan HaltPeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an export waits before it looks again whether its stream has been made.</summary>
    public TimeSpan MissingPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A record on trial is sent once the connection has held for so long, and up to twice as long at random; a hang-up counts against it
    /// only when it comes sooner than that. So a link that fails by itself nearly always fails without the record first.
    /// </summary>
    public TimeSpan TrialHold { get; init; } = TimeSpan.FromSeconds(5);
}
