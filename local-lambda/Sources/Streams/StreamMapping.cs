using Microsoft.Extensions.Logging;

namespace Roost.LocalLambda.Sources.Streams;

/// <summary>One mapping while it runs: waits for its stream, then runs a loop for each partition.</summary>
internal sealed partial class StreamMapping : IAsyncDisposable
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(30);

    private readonly IFunctionStreams? _streams;
    private readonly CheckpointTable _checkpoints;
    private readonly Func<BatchProgress, BatchRunner> _makeRunner;
    private readonly BatchProgress[] _progress;
    private readonly Metrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _giveUp = new();
    private readonly Task _running;
    private volatile IReadOnlyList<StreamPartition>? _partitions;

    /// <param name="streams">Null where the gateway has none.</param>
    public StreamMapping(
        EventSourceMapping mapping, IFunctionStreams? streams, CheckpointTable checkpoints, Func<BatchProgress, BatchRunner> makeRunner, Metrics metrics, TimeProvider clock, ILogger logger)
    {
        (Mapping, _streams, _checkpoints, _makeRunner, _metrics, _clock, _logger) = (mapping, streams, checkpoints, makeRunner, metrics, clock, logger);
        _progress = [.. Enumerable.Range(0, mapping.ParallelizationFactor).Select(_ => new BatchProgress())];
        _running = mapping.Enabled ? Task.Run(RunAsync) : Task.CompletedTask;
    }

    public EventSourceMapping Mapping { get; }

    /// <summary>All records below it are done; 0 until it is known, null for a mapping that is disabled and has never run.</summary>
    public long? Next => _partitions?.Min(partition => partition.Next) ?? (Mapping.Enabled ? 0 : _checkpoints.Find(Mapping.UUID, stream: null, Mapping.ParallelizationFactor)?.Min());

    public MappingStatus Status()
    {
        var oldest = _progress.Min(progress => progress.Oldest);
        var age = _clock.GetUtcNow() - oldest ?? TimeSpan.Zero;
        var result = _progress.FirstOrDefault(progress => progress.HasProblem) ?? _progress.FirstOrDefault(progress => progress.LastResult == BatchProgress.Ok) ?? _progress[0];
        return new MappingStatus(Mapping, Mapping.Enabled ? "Enabled" : "Disabled", result.LastResult, age > TimeSpan.Zero ? age : TimeSpan.Zero);
    }

    /// <summary>Begins no further batch, and lets those under way finish until <paramref name="giveUp"/>.</summary>
    public async Task StopAsync(CancellationToken giveUp)
    {
        await _stopping.CancelAsync();
        await using (giveUp.Register(_giveUp.Cancel))
        {
            await _running;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _stopping.Dispose();
        _giveUp.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            for (var isFirst = true; !_stopping.IsCancellationRequested; isFirst = false)
            {
                await RunAsync(isFirst);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped while it waited for its stream.
        }
        catch (Exception exception)
        {
            _progress[0].LastResult = BatchProgress.Problem(exception.Message);
            LogNotStarted(Mapping.FunctionName, Mapping.EventSourceArn, exception);
        }
    }

    /// <summary>Until the mapping is stopped, or its stream is deleted.</summary>
    private async Task RunAsync(bool isFirst)
    {
        var (stream, hasWaited) = await OpenAsync();
        var next = await PositionsAsync(stream, isNew: hasWaited || !isFirst);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        _partitions = [.. next.Select((offset, partition) =>
            new StreamPartition(Mapping, partition, stream, offset, _makeRunner(_progress[partition]), _progress[partition], _checkpoints, _metrics, _clock, _logger))];
        var running = Task.WhenAll(_partitions.Select(partition => partition.RunAsync(ended.Token, _giveUp.Token)));
        await Task.WhenAny(running, stream.Deleted);
        await ended.CancelAsync();
        await running;
        if (stream.Deleted.IsCompleted)
        {
            _partitions = null;
        }
    }

    private async Task<(IFunctionStream Stream, bool HasWaited)> OpenAsync()
    {
        var name = StreamArn.NameOf(Mapping.EventSourceArn);
        for (var first = true; ; first = false)
        {
            if (_streams is not null && _streams.TryOpen(name, out var stream))
            {
                return (stream, HasWaited: !first);
            }

            if (first)
            {
                _progress[0].LastResult = BatchProgress.Problem($"There is no stream {name}");
                LogNoStream(Mapping.FunctionName, name);
            }

            await Task.Delay(LookAgainAfter, _clock, _stopping.Token);
        }
    }

    /// <param name="isNew">The stream came after the mapping: all of its records are later ones.</param>
    private async Task<IReadOnlyList<long>> PositionsAsync(IFunctionStream stream, bool isNew)
    {
        var known = _checkpoints.Find(Mapping.UUID, stream.Id, Mapping.ParallelizationFactor);
        var first = Mapping.StartingPosition switch
        {
            "TRIM_HORIZON" => stream.OldestOffset,
            "LATEST" when isNew => stream.OldestOffset,
            "AT_TIMESTAMP" when Mapping.StartingPositionTimestamp is { } time => stream.FindOffset(time),
            _ => stream.NextOffset,
        };
        var end = stream.NextOffset; // a power cut may have cost records that were done; those that get their offsets are not
        var next = known?.Select(offset => Math.Min(offset, end)).ToList() ?? [.. Enumerable.Repeat(first, Mapping.ParallelizationFactor)];
        await _checkpoints.ReplaceAsync(Mapping.UUID, stream.Id, next); // what comes from now on is not missed, whatever happens before the first batch is done
        return next;
    }

    [LoggerMessage(3214, LogLevel.Warning, "Function {Function} is to have the records of stream {Stream}, which does not exist; 'roost stream create {Stream}' makes it, or a line under 'streams' in the configuration")]
    private partial void LogNoStream(string function, string stream);

    [LoggerMessage(3215, LogLevel.Error, "Function {Function}: it gets no records of {Stream} until a restart")]
    private partial void LogNotStarted(string function, string stream, Exception exception);
}
