using Roost.Shadow.Documents;

namespace Roost.Shadow.Journal;

/// <summary>One accepted change of one shadow, as the journal keeps it and the history shows it.</summary>
/// <param name="Record">The shadow after the change, whole: a reader of the journal needs no earlier record.</param>
/// <param name="ClientToken">Null when the request had none.</param>
internal sealed record ShadowChange(ShadowId Id, ShadowRecord Record, ShadowOrigin Origin, string? ClientToken)
{
    /// <summary>Its number in the journal, set when it is appended; rises over all shadows.</summary>
    public long Offset { get; set; } = -1;
}
