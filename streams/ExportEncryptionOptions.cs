namespace Roost.Streams;

/// <summary>What leaves the gateway is encrypted with a key that the other end need not have. Format: docs/formats/encrypted-object.md.</summary>
public sealed class ExportEncryptionOptions
{
    /// <summary>A file with a key of 32 bytes, as they are or in base64. Read for each batch, so that a key is changed without a restart.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>The gateway's secret that is such a key in base64, asked for at each batch. In place of <see cref="KeyFile"/>.</summary>
    public string? KeySecret { get; set; }

    /// <summary>Says to people which key opens an object; not secret. Null: a fingerprint of the key.</summary>
    public string? KeyId { get; set; }
}
