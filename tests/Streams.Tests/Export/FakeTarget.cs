using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Roost.Streams.Export;
using Roost.Streams.Export.Batches;
using Roost.Streams.Export.Targets;

namespace Roost.Streams.Tests.Export;

/// <summary>A target in this process that does what the test tells it, and remembers what it accepted, by the name that a store would give it.</summary>
internal sealed class FakeTarget : IExportTarget, IExportTargetFactory
{
    private readonly ConcurrentQueue<ExportBatch> _sent = new();

    public ExportTarget Kind => ExportTarget.File;

    public BatchLimits Defaults { get; init; } = new(10, 1024 * 1024, TimeSpan.Zero, 4);

    /// <summary>Every batch that was sent, refused ones included.</summary>
    public IReadOnlyList<ExportBatch> Sent => [.. _sent];

    /// <summary>Accepted batches by their bounds: a repetition overwrites.</summary>
    public ConcurrentDictionary<(long First, long Next), ExportBatch> Objects { get; } = new();

    public Func<ExportBatch, CancellationToken, ValueTask<Delivery>> Answer { get; set; } = (_, _) => ValueTask.FromResult(Delivery.Accepted);

    /// <summary>The records in the order of their objects.</summary>
    public IReadOnlyList<int> Numbers => [.. Objects.OrderBy(pair => pair.Key.First).SelectMany(pair => pair.Value.Records).Select(record => Some.NumberOf(record.Payload))];

    public void Validate(ValidateOptionsResultBuilder faults, string key, ExportOptions export)
    {
    }

    public string Destination(ExportOptions export) => "the test";

    public IExportTarget Create(ExportOptions export, ExportIdentity identity) => this;

    public async ValueTask<Delivery> SendAsync(ExportBatch batch, CancellationToken cancellationToken)
    {
        _sent.Enqueue(batch);
        var delivery = await Answer(batch, cancellationToken);
        if (delivery.Outcome == DeliveryOutcome.Accepted)
        {
            Objects[(batch.First, batch.Next)] = batch;
        }

        return delivery;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
