namespace Roost.Shadow.Queries;

internal enum FieldKind : byte
{
    Missing,
    String,
    Number,
    Boolean,

    /// <summary>An object or array: it exists and can be shown, and is equal to nothing.</summary>
    Container,
}
