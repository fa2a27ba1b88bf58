using System.Diagnostics.CodeAnalysis;
using Roost.Shadow.Documents;

namespace Roost.Shadow.Store;

/// <summary>One shadow of a scan: as it lies in the table, or as the change that the table has not yet.</summary>
internal readonly struct ScannedShadow
{
    private readonly ShadowRecord? _record;

    public ScannedShadow(ShadowId id, ShadowRow row) => (Id, Row) = (id, row);

    public ScannedShadow(ShadowId id, ShadowRecord record) => (Id, _record) = (id, record);

    public ShadowId Id { get; }

    public ShadowRow? Row { get; }

    public long Version => Row?.Version ?? _record!.Version;

    public long UpdatedSeconds => Row?.UpdatedSeconds ?? _record!.UpdatedSeconds;

    public bool TryGetRecord([NotNullWhen(true)] out ShadowRecord? record)
    {
        record = _record;
        return record is not null;
    }

    /// <exception cref="CorruptShadowException">The row is not what was written.</exception>
    public ShadowRecord Decode() => _record ?? ShadowRowCodec.Decode(Id, Row!);
}
