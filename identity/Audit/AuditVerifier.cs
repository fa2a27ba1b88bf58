using Roost.Storage.Logs;

namespace Roost.Identity.Audit;

/// <summary>
/// Reads a folder of the audit from the oldest record kept to the newest, and says where the chain is broken. Changes nothing, and takes copies as well as the folder
/// of a daemon that runs. One segment is in memory at a time.
/// </summary>
internal sealed class AuditVerifier(string folder, AuditKey key)
{
    public const int MaxFaults = 100;

    private readonly List<string> _faults = [];
    private AuditRecord? _first;
    private AuditRecord? _before;
    private string _hashBefore = AuditHash.None;
    private long _records;
    private long _checkpoints;
    private long? _signedTo;

    /// <param name="from">Number of the first record to look at; null: the oldest.</param>
    /// <param name="to">Number of the last; null: the newest. With it, nothing is said about the end of the log.</param>
    /// <param name="readableTo">Offset at which records begin that are not durable yet; null: nobody writes.</param>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public AuditVerification Verify(long? from, long? to, long? readableTo, CancellationToken cancellationToken)
    {
        if (from > to)
        {
            Fault($"no records are looked at: {from} is behind {to}");
        }

        // Before the records: whoever writes meanwhile makes the log longer than the head, never shorter.
        var head = AuditHead.TryRead(folder, key, out var headFault);
        var headSeen = head is { Chain.Sequence: < 0 }; // the log was empty
        var salvage = new LogSalvage(AuditLog.MaxRecordBytes);
        var damaged = 0;
        foreach (var stored in salvage.Read(AuditLog.SegmentsOf(folder)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (stored.Offset >= readableTo)
            {
                break;
            }

            if (salvage.DamagedParts > damaged)
            {
                damaged = salvage.DamagedParts;
                Fault($"bytes before offset {stored.Offset} are damaged{(_before is null ? "" : $", behind record {_before.Sequence}")}");
            }

            if (AuditRecordCodec.TryDecode(stored.Payload) is not { } record)
            {
                Fault($"the record at offset {stored.Offset} is not in the audit's form");
                continue;
            }

            if (record.Sequence > to)
            {
                break;
            }

            if (record.Sequence < from)
            {
                continue;
            }

            Look(stored, record);
            headSeen |= head is { } at && record.Sequence == at.Chain.Sequence && _hashBefore == at.Chain.Hash;
        }

        var torn = to is null && readableTo is null && salvage.DamagedParts > damaged;
        if (to is null)
        {
            JudgeEnd(head, headFault, headSeen, from);
        }
        else if (from is null || from <= to)
        {
            var next = Math.Max(_before?.Sequence + 1 ?? 0, from ?? 0);
            if (next <= to)
            {
                Fault($"records {next} to {to} are not there");
            }
        }

        return new AuditVerification
        {
            First = _first?.Sequence,
            FirstTime = _first?.Time,
            Last = _before?.Sequence,
            LastTime = _before?.Time,
            Records = _records,
            Checkpoints = _checkpoints,
            SignedTo = _signedTo,
            Key = key.Id,
            HasTornTail = torn,
            Faults = _faults,
        };
    }

    private void Look(LogRecord stored, AuditRecord record)
    {
        if (_before is null)
        {
            _first = record;
            if (record.Sequence == 0 && record.Previous != AuditHash.None)
            {
                Fault("record 0 does not begin the chain: what was before it is gone");
            }
            else if (stored.Offset == 0 && record.Sequence > 0)
            {
                Fault($"the log begins anew with record {record.Sequence}: those before it were taken away");
            }
        }
        else if (record.Sequence != _before.Sequence + 1)
        {
            Fault(record.Sequence > _before.Sequence
                ? $"records {_before.Sequence + 1} to {record.Sequence - 1} are missing"
                : $"record {record.Sequence} stands behind record {_before.Sequence}");
        }
        else if (record.Previous == AuditHash.Broken)
        {
            Fault($"the daemon did not go on from record {_before.Sequence}: it found the chain to be broken there");
        }
        else if (record.Previous != _hashBefore)
        {
            Fault($"record {record.Sequence} does not follow from record {_before.Sequence}: one of them was changed");
        }

        if (record.Entry.Action == AuditChain.BrokenAction)
        {
            Fault($"record {record.Sequence} says what the daemon found when it started: {record.Entry.Reason}");
        }

        if (!stored.Key.IsEmpty || !stored.Headers.Span.SequenceEqual(AuditLog.Headers))
        {
            Fault($"record {record.Sequence} has a key or headers that the audit does not write");
        }

        if (key.HasMacs && !key.IsMacOf(record))
        {
            Fault($"record {record.Sequence} was not written by the daemon");
        }

        if (record.Signature is not null || record.Key is not null || AuditChain.IsCheckpoint(record.Sequence))
        {
            LookAtCheckpoint(record);
        }

        _records++;
        _before = record;
        _hashBefore = AuditHash.Of(stored.Payload.Span);
    }

    private void LookAtCheckpoint(AuditRecord record)
    {
        if (record.Signature is null)
        {
            Fault($"record {record.Sequence} is no checkpoint, and each {AuditChain.CheckpointEvery}th has to be one");
        }
        else if (record.Key != key.Id)
        {
            Fault($"checkpoint {record.Sequence} is signed by key {record.Key}, not by {key.Id}");
        }
        else if (!key.Verify(record.Sequence - 1, record.Previous, record.Signature))
        {
            Fault($"the signature of checkpoint {record.Sequence} is wrong");
        }
        else
        {
            _checkpoints++;
            _signedTo = record.Sequence - 1 < _first!.Sequence && record != _first ? _signedTo : Math.Max(record.Sequence - 1, _signedTo ?? -1);
        }
    }

    private void JudgeEnd(AuditHead? head, string? headFault, bool headSeen, long? from)
    {
        if (head is not { } last)
        {
            Fault($"{headFault}: nobody can tell whether records are missing at the end");
        }
        else if (from > last.Chain.Sequence && _before is null)
        {
            Fault($"there is no record {from}");
        }
        else if (headSeen)
        {
            _signedTo = last.Chain.Sequence < 0 ? _signedTo : Math.Max(last.Chain.Sequence, _signedTo ?? -1);
        }
        else if (_before is null || _before.Sequence < last.Chain.Sequence)
        {
            Fault($"records {(_before?.Sequence + 1) ?? from ?? 0} to {last.Chain.Sequence} are missing at the end");
        }
        else if (from is null || from <= last.Chain.Sequence)
        {
            Fault($"record {last.Chain.Sequence} is not the one that was signed as the last");
        }
    }

    private void Fault(string sentence)
    {
        if (_faults.Count < MaxFaults)
        {
            _faults.Add(sentence);
        }
    }
}
