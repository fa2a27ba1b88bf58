using System.Globalization;
using Roost.Storage.Logs;

namespace Roost.Identity.Audit;

/// <summary>What a start makes of what it finds.</summary>
internal sealed partial class AuditLog
{
    /// <summary>
    /// Finds the end of the chain: the head that was signed last, and what this daemon wrote after it before the process ended. Where something is wrong with it, the
    /// next record does not follow from what was found: the daemon puts its signature to no history that it does not know.
    /// </summary>
    private void Resume(AuditNote? note)
    {
        var head = AuditHead.TryRead(_head, _key, out var fault);
        Finding = fault is null ? null : $"{fault}, so that nobody can tell whether records are missing at the end";
        _noted = head?.Noted ?? -1;
        var end = ReadEnd(head);
        Restored = Compare(note, end);
        if (note is { IsRestored: false } known && known.Chain.Sequence > end.Sequence)
        {
            end = known.Chain; // its numbers are given to nobody else
        }

        _chain = Finding is null ? end : end.Broken;
        Log.KeepFrom = Math.Max(Log.NextOffset - 1, 0);
    }

    private AuditChain ReadEnd(AuditHead? head)
    {
        var (chain, foundHead) = (head?.Chain ?? AuditChain.Empty, head is not { Chain.Sequence: >= 0 });
        try
        {
            using var reader = Log.OpenReader(Math.Max(head?.Offset ?? 0, Log.FirstOffset));
            while (reader.TryRead(1024, 1024 * 1024, out var records))
            {
                foreach (var stored in records)
                {
                    if (AuditRecordCodec.TryDecode(stored.Payload) is not { } record)
                    {
                        Finding ??= $"the record at offset {stored.Offset} is not in the audit's form";
                        continue;
                    }

                    var hash = AuditHash.Of(stored.Payload.Span);
                    var isFirstKnown = head is null && chain.Sequence < 0; // without a head there is nothing that it could follow
                    var fits = foundHead ? record.Sequence == chain.Sequence + 1 && record.Previous == chain.Hash : hash == chain.Hash;
                    if (!fits && !isFirstKnown)
                    {
                        Finding ??= $"record {record.Sequence} at the end is not the one that belongs there, behind record {chain.Sequence}";
                    }

                    // Links need no key: without this a start would sign whatever somebody has appended.
                    if (!_key.IsMacOf(record))
                    {
                        Finding ??= $"record {record.Sequence} was not written by this daemon";
                    }

                    foundHead = true;
                    chain = new AuditChain(Math.Max(record.Sequence, chain.Sequence), hash);
                }
            }
        }
        catch (CorruptLogException exception)
        {
            Finding ??= $"the log is damaged at offset {exception.Offset}: {exception.Reason}";
        }

        if (!foundHead)
        {
            Finding ??= $"records are missing at the end: the last one was {chain.Sequence}";
        }

        return chain;
    }

    /// <summary>The audit is never behind what the database has noted, nor the database behind what the audit says was noted there: one of them was set back then.</summary>
    /// <returns>Why the database is taken for one that was put back; null: it is not.</returns>
    private string? Compare(AuditNote? note, AuditChain end)
    {
        if (note is { IsRestored: true } restored)
        {
            return restored.Chain.Sequence < 0 ? "a backup was put back"
                : string.Create(CultureInfo.InvariantCulture, $"a backup was put back, whose last sign of life is of {restored.Time:yyyy-MM-dd'T'HH:mm:ss'Z'}");
        }

        if (note is { } known && known.Chain.Sequence > end.Sequence)
        {
            Finding ??= $"it ends with record {end.Sequence}, but has had record {known.Chain.Sequence}: an older copy was put back, or it was emptied";
        }
        else if (note is { } there && !Has(there))
        {
            Finding ??= $"record {there.Chain.Sequence} is not the one that was noted in the identity database";
        }

        return (note?.Chain.Sequence ?? -1) < _noted ? $"the identity database is older than the audit: it knows of record {note?.Chain.Sequence ?? -1}, and had noted record {_noted}" : null;
    }

    /// <summary>Also where retention has taken it since.</summary>
    private bool Has(AuditNote note)
    {
        if (note.Chain.Sequence < 0 || note.Offset < Log.FirstOffset)
        {
            return true;
        }

        try
        {
            using var reader = Log.OpenReader(note.Offset);
            return reader.TryRead(1, MaxRecordBytes, out var records) && records[0].Offset == note.Offset && AuditHash.Of(records[0].Payload.Span) == note.Chain.Hash;
        }
        catch (CorruptLogException)
        {
            return false;
        }
    }
}
