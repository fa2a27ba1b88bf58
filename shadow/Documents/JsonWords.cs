namespace Roost.Shadow.Documents;

/// <summary>The three words of JSON as bytes, shared by all leaves that hold them.</summary>
internal static class JsonWords
{
    public static readonly byte[] True = "true"u8.ToArray();
    public static readonly byte[] False = "false"u8.ToArray();
    public static readonly byte[] Null = "null"u8.ToArray();
}
