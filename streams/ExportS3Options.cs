namespace Roost.Streams;

/// <summary>Where in the object store an export puts its batches, and how.</summary>
public sealed class ExportS3Options
{
    /// <summary>Null: <see cref="CloudS3Options.Bucket"/>.</summary>
    public string? Bucket { get; set; }

    /// <summary>
    /// What the names of the objects begin with. <c>{stream}</c> and <c>{export}</c> stand for names, <c>{date}</c> for the day, UTC, on which
    /// the first record of the object was appended.
    /// </summary>
    public string Prefix { get; set; } = "{stream}/{date}/";

    /// <summary>Larger objects are sent in parts of this size. Default 8 MiB, 5 to 64 MiB.</summary>
    public int PartSizeBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>As the store names it, like <c>STANDARD_IA</c>. Null: the bucket's own.</summary>
    public string? StorageClass { get; set; }

    /// <summary>Null: objects are as the store keeps them.</summary>
    public ExportEncryptionOptions? Encrypt { get; set; }
}
