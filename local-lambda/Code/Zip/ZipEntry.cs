namespace Roost.LocalLambda.Code.Zip;

internal enum ZipEntryKind
{
    File,
    Folder,
    Link,
}

/// <summary>One entry as the zip's central directory tells of it. Nothing in it is believed without a check.</summary>
internal sealed record ZipEntry
{
    /// <summary>As it stands in the zip.</summary>
    public required string StoredName { get; init; }

    /// <summary>Where it goes, relative to the folder of the code: no slash at the end, no <c>.</c> or <c>..</c>. Empty for that folder itself.</summary>
    public required string Path { get; init; }

    public required ZipEntryKind Kind { get; init; }

    /// <summary>Whether anybody may execute it. Of a mode this is all that is taken over: everything can be read, and nothing written.</summary>
    public required bool IsExecutable { get; init; }

    public required bool IsDeflated { get; init; }

    public required uint Checksum { get; init; }

    public required long PackedBytes { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Of its local header.</summary>
    public required long Offset { get; init; }
}
