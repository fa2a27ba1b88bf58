namespace Roost.Shadow.Http;

/// <summary>One update of many.</summary>
/// <param name="Thing">As the client wrote it; may be none.</param>
/// <param name="Name">Null for the classic shadow.</param>
/// <param name="Id">What they name, where <paramref name="Fault"/> is null.</param>
/// <param name="Body">The request document.</param>
/// <param name="Fault">Why it is refused before it is tried; null when it is not.</param>
internal sealed record BulkItem(string Thing, string? Name, ShadowId Id, ReadOnlyMemory<byte> Body, ShadowError? Fault)
{
    public ShadowPrecondition? Precondition { get; init; }

    public static BulkItem Of(ShadowId id, ReadOnlyMemory<byte> body) => new(id.Thing, id.IsClassic ? null : id.Name, id, body, Fault: null);

    public static BulkItem Of(string thing, string? name, ReadOnlyMemory<byte> body) => ShadowId.TryCreate(thing, name, out var id, out var fault)
        ? new BulkItem(thing, name, id, body, Fault: null)
        : new BulkItem(thing, name, default, body, new ShadowError(400, fault));

    public static BulkItem Refused(string thing, string fault) => new(thing, null, default, default, new ShadowError(400, fault));
}
