using Microsoft.Extensions.Logging.Abstractions;
using Roost.Mqtt.Core;
using Roost.Mqtt.Journal;
using Roost.Storage;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>A broker's core that loses, when it crashes, any part of what it had not yet found to be durable: as a power cut may.</summary>
internal sealed class CrashingBroker : IAsyncDisposable
{
    // Compaction is under way nearly always.
    private static readonly JournalSizes s_small = new(SegmentBytes: 32 * 1024, HousekeepingEveryBytes: 1024, LeastLogBytes: 8 * 1024, CopiedBytesPerTurn: 512);

    private readonly Random _random;
    private readonly TimeProvider _time;
    private TemporaryFolder _folder = new();
    private LaggingJournal _journal = null!;
    private JournaledCore _journaled;

    public CrashingBroker(Random random, TimeProvider? time = null)
    {
        _random = random;
        _time = time ?? TimeProvider.System;
        _journaled = Open();
    }

    public BrokerCore Core => _journaled.Core;

    public void Turn() => _journaled.Turn();

    /// <summary>The disk has written some of what it was given, and the broker learns of it.</summary>
    public void WriteSome() => _journal.Tell(_random.NextInt64(_journal.DurableThrough, _journaled.Journal.NextTicket + 1));

    /// <summary>The disk writes all that it was given up to now.</summary>
    public void WriteAll()
    {
        var ticket = _journaled.Journal.NextTicket;
        _journal.Tell(ticket);
        for (Turn(); _journal.DurableThrough < ticket; Turn())
        {
            Thread.Yield();
        }
    }

    public async Task CrashAsync()
    {
        var (durable, next) = (_journal.DurableThrough, _journaled.Journal.NextTicket);
        var cut = _random.Next(3) switch { 0 => durable, 1 => next, _ => _random.NextInt64(durable, next + 1) };
        await _journaled.DisposeAsync();
        var left = new TemporaryFolder();
        await CopyAsync(_folder["sessions"], left["sessions"], cut);
        _folder.Dispose();
        _folder = left;
        _journaled = Open();
    }

    public async ValueTask DisposeAsync()
    {
        await _journaled.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task CopyAsync(string from, string to, long below)
    {
        var options = new AppendLogOptions { Durability = Durability.Crash, SegmentBytes = 32 * 1024 };
        await using var source = AppendLog.Open(from, options, TimeProvider.System, NullLogger.Instance);
        await using var target = AppendLog.Open(to, options, TimeProvider.System, NullLogger.Instance);
        using var reader = source.OpenReader(source.FirstOffset);
        while (reader.TryRead(1000, 1024 * 1024, out var records))
        {
            foreach (var record in records.Where(record => record.Offset < below))
            {
                target.Append([], record.Headers.Span, record.Payload.Span);
            }
        }
    }

    private JournaledCore Open() => new(_folder["sessions"], s_small, time: _time, wrap: journal => _journal = new LaggingJournal(journal));
}
