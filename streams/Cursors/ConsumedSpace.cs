using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Roost.Storage.Logs;
using Roost.Streams.Catalog;

namespace Roost.Streams.Cursors;

/// <summary>
/// Gives back the space of records that every export, function and cursor is done with, where the stream says so: looks now and then,
/// and at once when a stream is full. Says who holds a full stream up.
/// </summary>
internal sealed class ConsumedSpace : IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(2);

    /// <summary>A full stream that is appended to all the time is not looked at more often than this.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly StreamCatalog _catalog;
    private readonly ConsumerList _consumers;
    private readonly TimeProvider _clock;
    private readonly ILogger<ConsumedSpace> _logger;
    private readonly ConditionalLooks _looks;
    private readonly ConditionalLooks _explanations;
    private readonly ConditionalWeakTable<RecordStream, LogFullException> _told = [];
    private readonly ITimer _timer;

    public ConsumedSpace(StreamCatalog catalog, ConsumerList consumers, StreamMetrics metrics, TimeProvider clock, ILogger<ConsumedSpace> logger)
    {
        (_catalog, _consumers, _clock, _logger) = (catalog, consumers, clock, logger);
        _looks = new ConditionalLooks(s_pause, clock);
        _explanations = new ConditionalLooks(s_pause, clock);
        (catalog.Room.Free, catalog.Room.Explain) = (stream => _looks.IsDue(stream) && Free(stream), Explain);
        metrics.ObserveConsumers(Lags);
        _timer = clock.CreateTimer(_ => FreeAll(), null, s_period, s_period);
    }

    public void Dispose() => _timer.Dispose();

    private IReadOnlyList<(StreamName Stream, StreamConsumer Consumer, long Records, long Bytes, TimeSpan Age)> Lags() =>
    [
        .. from stream in _catalog.All
           from consumer in _consumers.Of(stream)
           let lag = ConsumerLag.Of(stream, Math.Max(0, consumer.NextOffset), _clock)
           select (stream.Name, consumer, lag.Records, lag.Bytes, lag.Age),
    ];

    private void FreeAll()
    {
        foreach (var stream in _catalog.All)
        {
            stream.NoteProducersIfDue();
            if (stream is { FreesConsumed: true, IsEmpty: false })
            {
                Free(stream);
            }
        }
    }

    /// <returns>True when anything was freed.</returns>
    private bool Free(RecordStream stream)
    {
        try
        {
            if (!stream.FreesConsumed || _consumers.AllOf(stream) is not { Count: > 0 } consumers)
            {
                return false;
            }

            var (log, before) = (stream.Log, stream.FirstOffset);
            log.TrimTo(stream.Producers.SaveBelow(log, consumers.Min(consumer => consumer.NextOffset)));
            return log.FirstOffset > before;
        }
        catch (StreamRefusedException)
        {
            return false; // closed or deleted meanwhile
        }
        catch (Exception exception) // the timer's outer edge: another room's answer must not end the daemon
        {
            Log.NotFreed(_logger, stream.Name, exception);
            return false;
        }
    }

    /// <summary>Who appends to a full stream all the time is told the same for a moment.</summary>
    private LogFullException Explain(RecordStream stream, LogFullException refusal)
    {
        if (!_explanations.IsDue(stream) && _told.TryGetValue(stream, out var told))
        {
            return told;
        }

        try
        {
            var explained = ExplainNow(stream, refusal);
            _told.AddOrUpdate(stream, explained);
            return explained;
        }
        catch (StreamRefusedException)
        {
            return refusal; // closed or deleted meanwhile
        }
        catch (Exception exception) // another room's answer; the refusal stands without it
        {
            Log.NotFreed(_logger, stream.Name, exception);
            return refusal;
        }
    }

    private LogFullException ExplainNow(RecordStream stream, LogFullException refusal)
    {
        var retention = stream.Describe().Retention;
        var limits = string.Join(", ", new[] { retention.Bytes is { } bytes ? Roost.Storage.ByteSize.Format(bytes) : null, retention.Records is { } records ? $"{records} records" : null }.OfType<string>());
        if (stream.FreesConsumed && _consumers.Of(stream).MinBy(consumer => consumer.NextOffset) is { } holder && holder.NextOffset < stream.NextOffset)
        {
            var since = holder.MovedAt is { } moved ? string.Create(CultureInfo.InvariantCulture, $", has not moved since {moved:yyyy-MM-dd'T'HH:mm:ss'Z'}") : "";
            return new LogFullException(
                refusal.Folder,
                $"its retention ({limits}) is used up, and {holder} holds what could be freed: it stands at {Math.Max(0, holder.NextOffset)}, {stream.NextOffset - Math.Max(stream.FirstOffset, holder.NextOffset)} records behind{since}{(holder.Fault is { } fault ? $" ({fault.TrimEnd('.')})" : "")}",
                holder.Kind == "cursor"
                    ? $"Let its owner go on, or remove it ('roost stream cursor delete {stream.Name} {holder.Name}'), or raise the retention."
                    : "Let it go on, or remove it, or raise the retention.",
                refusal);
        }

        return new LogFullException(
            refusal.Folder,
            $"its retention ({limits}) is used up{(stream.FreesConsumed ? ", and no export, function or cursor takes its records" : "")}",
            "Wait until age frees some, raise the retention, or let it drop its oldest records (full: drop-oldest).",
            refusal);
    }
}
