using Roost.Storage.Logs;

namespace Roost.Identity.Tests.Audit;

/// <summary>A log without room: its retention refuses what comes, as a full disk does.</summary>
internal sealed class TinyDisk : IDisposable
{
    private readonly AppendLog _log;
    private readonly AppendLogOptions _before;

    private TinyDisk(AppendLog log)
    {
        (_log, _before) = (log, log.Options);
        log.Reconfigure(new AppendLogOptions { MaxRecordBytes = _before.MaxRecordBytes, Retention = new LogRetention(Bytes: 1), Full = LogFullPolicy.Reject, OpensDamaged = true });
    }

    public static TinyDisk Limit(AppendLog log) => new(log);

    public void Dispose() => _log.Reconfigure(_before);
}
