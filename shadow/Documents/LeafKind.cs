namespace Roost.Shadow.Documents;

internal enum LeafKind : byte
{
    Null,
    False,
    True,
    Number,
    String,
}
