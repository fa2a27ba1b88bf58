using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;
using Roost.Storage.Logs;

namespace Roost.Mqtt.Journal;

/// <summary>Reads the log from its beginning and hands over what is alive at its end.</summary>
internal sealed partial class LogJournal
{
    private const int RecordsPerRead = 4096;
    private const int BytesPerRead = 1024 * 1024;

    /// <exception cref="CorruptLogException">Damage before the end of the log.</exception>
    /// <exception cref="InvalidDataException">Written by another version.</exception>
    public void Restore(IRestoredState state)
    {
        _maxRecordBytes = (int)Math.Min((long)LargestPacketBytes() + MostBytesOfTargets, 256 * 1024 * 1024);
        var log = AppendLog.Open(
            _options.Folder!,
            new AppendLogOptions
            {
                Name = MqttOptions.JournalName,
                Durability = _options.Durability,
                SegmentBytes = Sizes.SegmentBytes,
                MaxRecordBytes = _maxRecordBytes,
                Gather = _options.Gather,
            },
            _time,
            _logger,
            _metrics);
        _log = log;
        log.DurableAdvanced = _ => _wake();
        log.AppendsFailed = (first, _, reason) =>
        {
            _newRefusals.Enqueue((first, reason));
            _wake();
        };

        var replay = new JournalReplay(_journalClock, _live, _clock.Now);
        using (var reader = log.OpenReader(log.FirstOffset))
        {
            while (reader.TryRead(RecordsPerRead, BytesPerRead, out var records))
            {
                foreach (var record in records)
                {
                    replay.Take(record);
                }
            }
        }

        replay.Finish(state);
        _durableThrough = log.DurableOffset;
        _lastSessionNumber = replay.LastSessionNumber;
        NoteTime();
    }

    private int LargestPacketBytes() =>
        _options.Listeners.Max(listener => (int?)listener.Limits.MaxPacketBytes) is { } largest && largest > _options.Limits.MaxPacketBytes
            ? largest
            : _options.Limits.MaxPacketBytes;
}
