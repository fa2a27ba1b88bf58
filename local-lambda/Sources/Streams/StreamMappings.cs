using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Roost.LocalLambda.Sources.Streams;

/// <summary>All mappings that run, by UUID: those of triggers, and those made over the API. Any thread may call.</summary>
internal sealed class StreamMappings : IAsyncDisposable
{
    /// <summary>How long a change waits for a function that is at work: the batch comes again, so that nobody needs to wait for its time-out.</summary>
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _changes = new(1);
    private readonly Dictionary<string, StreamMapping> _mappings = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly IFunctionStreams? _streams;
    private readonly IFunctionInvoker _invoker;
    private readonly FailureDestination _destination;
    private readonly CheckpointTable _checkpoints;
    private readonly Metrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    public StreamMappings(IFunctionStreams? streams, IFunctionInvoker invoker, FailureDestination destination, CheckpointTable checkpoints, Metrics metrics, TimeProvider clock, ILogger logger)
    {
        (_streams, _invoker, _destination, _checkpoints, _metrics, _clock, _logger) = (streams, invoker, destination, checkpoints, metrics, clock, logger);
        metrics.ObserveMappings(List);
    }

    /// <summary>By UUID.</summary>
    public IReadOnlyList<MappingStatus> List()
    {
        lock (_gate)
        {
            return [.. _mappings.Values.Select(mapping => mapping.Status()).OrderBy(status => status.Mapping.UUID, StringComparer.Ordinal)];
        }
    }

    /// <summary>How far each mapping of a stream has come that has begun, or will.</summary>
    public IReadOnlyList<FunctionStreamPosition> PositionsIn(string stream)
    {
        StreamMapping[] mappings;
        lock (_gate)
        {
            mappings = [.. _mappings.Values.Where(mapping => StreamArn.NameOf(mapping.Mapping.EventSourceArn) == stream)];
        }

        return
        [
            .. from mapping in mappings
               let status = mapping.Status()
               where mapping.Next is not null
               orderby mapping.Mapping.FunctionName
               select new FunctionStreamPosition(
                   mapping.Mapping.FunctionName,
                   mapping.Next ?? 0,
                   !mapping.Mapping.Enabled ? "its event source is disabled" : status.LastProcessingResult.StartsWith("PROBLEM", StringComparison.Ordinal) ? status.LastProcessingResult : null),
        ];
    }

    public bool HasStream(string name) => _streams?.TryOpen(name, out _) == true;

    /// <summary>The streams that feed a function and do not exist.</summary>
    public IReadOnlyList<string> MissingStreams(string function)
    {
        string[] streams;
        lock (_gate)
        {
            streams = [.. _mappings.Values.Where(mapping => mapping.Mapping.Enabled && mapping.Mapping.FunctionName == function).Select(mapping => StreamArn.NameOf(mapping.Mapping.EventSourceArn))];
        }

        return [.. streams.Where(stream => !HasStream(stream)).Order(StringComparer.Ordinal)];
    }

    public bool TryFind(string uuid, [NotNullWhen(true)] out MappingStatus? status)
    {
        lock (_gate)
        {
            status = _mappings.TryGetValue(uuid, out var mapping) ? mapping.Status() : null;
            return status is not null;
        }
    }

    /// <summary>Runs a mapping, from its checkpoint on where it has one; in the place of the one with the same UUID, whose batches under way have <see cref="DrainLimit"/>.</summary>
    public async Task StartAsync(EventSourceMapping mapping)
    {
        await _changes.WaitAsync();
        try
        {
            await StopAsync(mapping.UUID);
            var running = new StreamMapping(
                mapping, _streams, _checkpoints, progress => new BatchRunner(mapping, _invoker, _destination, progress, _clock, _logger), _metrics, _clock, _logger);
            lock (_gate)
            {
                _mappings[mapping.UUID] = running;
            }
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Ends a mapping, which can be started again later where it was; its batches under way have <see cref="DrainLimit"/>. Nothing where there is none.</summary>
    public async Task StopAsync(string uuid)
    {
        using var limit = new CancellationTokenSource(DrainLimit, _clock);
        await StopAsync(uuid, limit.Token);
    }

    /// <param name="giveUp">Ends its batches under way; they come again.</param>
    /// <inheritdoc cref="StopAsync(string)"/>
    public async Task StopAsync(string uuid, CancellationToken giveUp)
    {
        StreamMapping? mapping;
        lock (_gate)
        {
            _mappings.TryGetValue(uuid, out mapping);
        }

        if (mapping is null)
        {
            return;
        }

        await mapping.StopAsync(giveUp); // it stays known until it has ended, so that none with its UUID begins before
        bool removed;
        lock (_gate)
        {
            removed = _mappings.TryGetValue(uuid, out var now) && now == mapping && _mappings.Remove(uuid);
        }

        if (removed)
        {
            await mapping.DisposeAsync();
        }
    }

    /// <summary>Ends a mapping for good: how far it has come is forgotten.</summary>
    public async Task DeleteAsync(string uuid)
    {
        await StopAsync(uuid);
        await _checkpoints.DeleteAsync(uuid);
    }

    /// <summary>Ends all.</summary>
    public async Task StopAllAsync(CancellationToken giveUp)
    {
        IReadOnlyList<string> uuids;
        lock (_gate)
        {
            uuids = [.. _mappings.Keys];
        }

        await Task.WhenAll(uuids.Select(uuid => StopAsync(uuid, giveUp)));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAllAsync(CancellationToken.None);
        _changes.Dispose();
    }
}
