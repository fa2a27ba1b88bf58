using Roost.Streams;

namespace Roost.Gateway.Health;

/// <summary>Degraded by a stream that cannot be used or takes no records, or an export that does not move; a cloud that is away is no fault.</summary>
internal sealed class StreamHealth(IStreamCatalog streams, IStreamExports exports) : IHealthSource
{
    public RoomHealth Check()
    {
        var fault = streams.List().Where(stream => stream.Fault is not null).Select(stream => $"Stream {stream.Name}: {stream.Fault}")
            .Concat(streams.List().Where(stream => stream.Refusal is not null).Select(stream => $"Stream {stream.Name} takes no records: {stream.Refusal}"))
            .Concat(exports.List().Where(export => export.State == ExportState.Failing).Select(export => $"Export {export.Name} of stream {export.Stream}: {export.Fault}"))
            .FirstOrDefault();
        return new("streams", fault is null ? RoomState.Up : RoomState.Degraded, fault);
    }
}
