using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Roost.LocalLambda.Sources.Streams;

/// <summary>All mappings that run, by UUID: those of triggers, and those made over the API. Any thread may call.</summary>
internal sealed class StreamMappings : IAsyncDisposable
{
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

    public bool TryFind(string uuid, [NotNullWhen(true)] out MappingStatus? status)
    {
        lock (_gate)
        {
            status = _mappings.TryGetValue(uuid, out var mapping) ? mapping.Status() : null;
            return status is not null;
        }
    }

    /// <summary>Runs a mapping, from its checkpoint on where it has one; in the place of the one with the same UUID, once that one's batches under way are done.</summary>
    public async Task StartAsync(EventSourceMapping mapping)
    {
        await _changes.WaitAsync();
        try
        {
            await RemoveAsync(mapping.UUID, CancellationToken.None);
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

    /// <summary>Ends a mapping, which can be started again later where it was. Nothing where there is none.</summary>
    /// <param name="giveUp">Ends its batches under way, too; they come again.</param>
    public async Task StopAsync(string uuid, CancellationToken giveUp)
    {
        await _changes.WaitAsync(CancellationToken.None);
        try
        {
            await RemoveAsync(uuid, giveUp);
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Ends a mapping for good: how far it has come is forgotten.</summary>
    public async Task DeleteAsync(string uuid)
    {
        await StopAsync(uuid, CancellationToken.None);
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

    private async Task RemoveAsync(string uuid, CancellationToken giveUp)
    {
        StreamMapping? mapping;
        lock (_gate)
        {
            _mappings.Remove(uuid, out mapping);
        }

        if (mapping is not null)
        {
            await mapping.StopAsync(giveUp);
            await mapping.DisposeAsync();
        }
    }
}
