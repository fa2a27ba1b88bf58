namespace Roost.Shadow;

/// <summary>Sync of shadows with an upstream shadow service over the connection to the cloud.</summary>
public sealed class ShadowSyncOptions
{
    public const string Section = "Cloud:Shadows";

    /// <summary>Of several rules that match a shadow, the first counts. Empty (default): nothing is synced.</summary>
    public IList<ShadowSyncRule> Sync { get; set; } = [];

    public SyncStrategy Strategy { get; set; } = SyncStrategy.RealTime;

    /// <summary>Between two syncs with <see cref="SyncStrategy.Periodic"/>. Default 5 minutes, 1 s to 1 day.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromMinutes(5);

    public ShadowSyncConflictOptions Conflicts { get; set; } = new();

    /// <summary>Requests sent and not yet answered, over all shadows; never more than one for a shadow. Default 10: beyond it AWS IoT answers 429.</summary>
    public int MaxInflight { get; set; } = 10;

    /// <summary>Requests in a second, over all shadows. It is halved when the upstream answers 429, and recovers. Default 50.</summary>
    public int MaxRate { get; set; } = 50;

    /// <summary>How long an answer is waited for. Default 20 s, 1 s to 5 minutes.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Longest wait of one shadow between two attempts; waits double up to it from about a second. Default 5 minutes, 1 s to 1 day.</summary>
    public TimeSpan RetryMax { get; set; } = TimeSpan.FromMinutes(5);
}
