using Roost.Shadow.Documents;
using Roost.Shadow.Store;

namespace Roost.Shadow.Journal;

/// <summary>One accepted change of one shadow, as the journal keeps it and the history shows it.</summary>
/// <param name="record">The shadow after the change, whole: a reader of the journal needs no earlier record.</param>
/// <param name="clientToken">Null when the request had none.</param>
internal sealed class ShadowChange(ShadowId id, ShadowRecord record, ShadowOrigin origin, string? clientToken)
{
    private ShadowRow? _row;

    public ShadowId Id { get; } = id;

    public ShadowRecord Record { get; } = record;

    public ShadowOrigin Origin { get; } = origin;

    public string? ClientToken { get; } = clientToken;

    /// <summary>The record as journal and table keep it; made once.</summary>
    public ShadowRow Row => _row ??= ShadowRowCodec.Encode(Id, Record);

    /// <summary>Its number in the journal, set when it is appended; rises over all shadows.</summary>
    public long Offset { get; set; } = -1;
}
