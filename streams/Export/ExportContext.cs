using Microsoft.Extensions.Logging;
using Roost.Streams.Export.Batches;

namespace Roost.Streams.Export;

/// <summary>What all parts of one export share, from start to stop.</summary>
internal sealed class ExportContext
{
    private readonly DeadRecords _dead;
    private volatile string? _fault;

    public ExportContext(ExportIdentity identity, ExportOptions options, string destination, DeadRecords dead, StreamMetrics metrics, TimeProvider clock, ILogger logger)
    {
        Identity = identity;
        Options = options;
        Destination = destination;
        Clock = clock;
        Logger = logger;
        _dead = dead;
        Counters = new ExportCounters(metrics, identity.Stream.Value, identity.Name);
        Losses = new RecordLosses(identity, Counters, logger);
    }

    public ExportIdentity Identity { get; }

    public ExportOptions Options { get; }

    /// <summary>Where it goes, for people.</summary>
    public string Destination { get; }

    public TimeProvider Clock { get; }

    public ILogger Logger { get; }

    public ExportCounters Counters { get; }

    public RecordLosses Losses { get; }

    /// <summary>Why the export does not move, in words; null when it does, or has nothing to do.</summary>
    public string? Fault
    {
        get => _fault;
        set => _fault = value;
    }

    /// <summary>Does with a record that will never be taken what the export's <c>refused</c> says.</summary>
    /// <returns>Null when the record is done; else why it has to wait.</returns>
    public async Task<string?> TryGiveUpAsync(StreamRecord record, string reason)
    {
        switch (Options.Refused)
        {
            case PoisonPolicy.Stop:
                return "The export waits at it, as its 'refused' says.";
            case PoisonPolicy.Drop:
                Log.ExportDropped(Logger, Identity.Name, Identity.Stream, record.Offset, reason);
                Counters.Dropped();
                return null;
        }

        try
        {
            await _dead.KeepAsync(Identity.Stream, Identity.Name, record, reason);
        }
        catch (Exception exception) when (exception is Storage.Logs.LogFullException or Storage.Logs.LogFailedException or StreamRefusedException)
        {
            return $"It cannot be moved to $dead: {exception.Message}";
        }

        Log.ExportDead(Logger, Identity.Name, Identity.Stream, record.Offset, reason);
        Counters.Dead();
        return null;
    }
}
