using System.Globalization;
using Roost.Storage.Logs;

namespace Roost.Identity.Audit;

/// <summary>Looks records up for people and scripts. Reads the log itself, which has no index.</summary>
internal static class AuditReader
{
    private const int Portion = 1024 * 1024;

    private static ReadOnlySpan<byte> BrokenAction => "\"audit.broken\""u8;

    /// <summary>From an offset of the log on.</summary>
    /// <returns>Records as they are stored, and the offset to go on from.</returns>
    /// <exception cref="CorruptLogException">What comes is damaged.</exception>
    public static (List<byte[]> Records, long Next) Read(AppendLog log, long from, AuditFilter filter, int limit, CancellationToken cancellationToken)
    {
        var found = new List<byte[]>();
        using var reader = log.OpenReader(from);
        while (found.Count < limit && reader.TryRead(limit - found.Count, Portion, out var records))
        {
            cancellationToken.ThrowIfCancellationRequested();
            found.AddRange(records.Where(record => Matches(filter, record)).Select(record => record.Payload.ToArray()));
        }

        return (found, Math.Max(reader.NextOffset, from));
    }

    /// <summary>The newest ones, oldest first.</summary>
    /// <inheritdoc cref="Read"/>
    public static (List<byte[]> Records, long Next) ReadLast(AppendLog log, AuditFilter filter, int limit, CancellationToken cancellationToken)
    {
        var (end, found, span) = (log.DurableOffset, new List<byte[]>(), 4L * limit);
        for (var until = end; until > log.FirstOffset && found.Count < limit; span *= 4)
        {
            var begin = Math.Max(until - span, log.FirstOffset);
            found.InsertRange(0, Between(log, begin, until, filter, cancellationToken));
            until = begin;
        }

        return (found.Count <= limit ? found : found[^limit..], end);
    }

    /// <summary>Reads everything, and decodes next to nothing of it.</summary>
    /// <returns>The last place where the chain was found to be broken, or the first that is damaged; null: there is none.</returns>
    public static string? FindBreak(AppendLog log, CancellationToken cancellationToken)
    {
        string? found = null;
        try
        {
            using var reader = log.OpenReader(log.FirstOffset);
            while (reader.TryRead(1024, Portion, out var records))
            {
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var record in records)
                {
                    if (record.Payload.Span.IndexOf(BrokenAction) >= 0 && AuditRecordCodec.TryDecode(record.Payload) is { Entry.Action: AuditChain.BrokenAction } one)
                    {
                        found = string.Create(CultureInfo.InvariantCulture, $"record {one.Sequence} of {one.Time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} says: {one.Entry.Reason}");
                    }
                }
            }

            return found;
        }
        catch (CorruptLogException exception)
        {
            return string.Create(CultureInfo.InvariantCulture, $"the log is damaged at offset {exception.Offset}: {exception.Reason}");
        }
    }

    private static List<byte[]> Between(AppendLog log, long from, long to, AuditFilter filter, CancellationToken cancellationToken)
    {
        var found = new List<byte[]>();
        using var reader = log.OpenReader(from);
        while (reader.NextOffset < to && reader.TryRead((int)Math.Min(to - reader.NextOffset, 1024), Portion, out var records))
        {
            cancellationToken.ThrowIfCancellationRequested();
            found.AddRange(records.Where(record => record.Offset < to && Matches(filter, record)).Select(record => record.Payload.ToArray()));
        }

        return found;
    }

    private static bool Matches(AuditFilter filter, LogRecord record) => AuditRecordCodec.TryDecode(record.Payload) is { } decoded && filter.Matches(decoded);
}
