using Roost.Streams;

namespace Roost.Gateway.Health;

/// <summary>Degraded by a stream that cannot be used, is damaged or takes no records, or an export that does not move; a cloud that is away is no fault.</summary>
internal sealed class StreamHealth(IStreamCatalog streams, IStreamExports exports, IStreamStorage storage) : IHealthSource
{
    public RoomHealth Check()
    {
        var all = streams.List();
        return RoomHealth.Of("streams", (storage.Usage.Refusal is { } refusal ? [refusal] : Enumerable.Empty<string>())
            .Concat(all.Where(stream => stream.Fault is not null).Select(stream => $"Stream {stream.Name}: {stream.Fault}"))
            .Concat(all.Where(stream => stream.Refusal is not null).Select(stream => $"Stream {stream.Name} takes no records: {stream.Refusal}"))
            .Concat(all.Where(static stream => stream.Verification is { Damage.Count: > 0 } && stream.Name.ToString() != AuditHealth.StreamName).Select(Damage)) // to repair the audit is to take evidence away: it has a health of its own
            .Concat(exports.List().Where(export => export.State == ExportState.Failing).Select(export => $"Export {export.Name} of stream {export.Stream}: {export.Fault}")));
    }

    private static string Damage(StreamDescription stream)
    {
        var damage = stream.Verification!.Damage;
        var records = damage.Sum(one => one.Records);
        return $"Stream {stream.Name} is damaged in {damage.Count} {(damage.Count == 1 ? "place" : "places")}: {records} {(records == 1 ? "record" : "records")} cannot be read, the first of them {damage[0].FirstOffset}. "
            + $"`roost stream verify '{stream.Name}'` tells where, `roost stream repair '{stream.Name}'` what giving them up would cost";
    }
}
