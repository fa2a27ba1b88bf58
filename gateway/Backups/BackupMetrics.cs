using System.Diagnostics.Metrics;

namespace Roost.Gateway.Backups;

internal sealed class BackupMetrics
{
    private readonly Counter<long> _made;

    public BackupMetrics(IMeterFactory meters) =>
        _made = meters.Create("roost.gateway").CreateCounter<long>("roost.gateway.backups", "{backup}", "Backups asked for, by outcome.");

    public void Made(string outcome) => _made.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
