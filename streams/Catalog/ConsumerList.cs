namespace Roost.Streams.Catalog;

/// <summary>Everyone who keeps a position in a stream: exports, and whom other rooms know.</summary>
internal sealed class ConsumerList(IStreamExports exports, IEnumerable<IStreamConsumers> others)
{
    private readonly IStreamConsumers[] _others = [.. others];

    public IReadOnlyList<StreamConsumer> Of(RecordStream stream) =>
    [
        .. exports.List().Where(export => export.Stream == stream.Name)
            .Select(export => new StreamConsumer("export", export.Name, export.CommittedOffset) { Fault = export.Fault }),
        .. _others.SelectMany(other => other.Of(stream.Name) ?? []),
    ];
}
