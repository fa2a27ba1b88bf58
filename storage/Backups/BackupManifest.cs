using System.Text.Json;
using System.Text.Json.Serialization;

namespace Roost.Storage.Backups;

/// <summary>The first file of a backup: what is in it. See docs/formats/backup.md.</summary>
/// <param name="Format">Of the backup as a whole.</param>
/// <param name="Roost">The version that wrote it, for people.</param>
public sealed record BackupManifest(int Format, string Roost, DateTimeOffset Created, IReadOnlyList<BackupManifestPart> Parts)
{
    public const int NewestFormat = 1;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true, RespectRequiredConstructorParameters = true };

    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, s_json);

    /// <exception cref="BackupException">It is none, or one of a newer Roost.</exception>
    internal static BackupManifest Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var format = JsonSerializer.Deserialize<FormatOnly>(json, s_json)!.Format; // first: a newer manifest may look different
            if (format > NewestFormat)
            {
                throw new BackupException($"it has format {format}, and this Roost knows up to {NewestFormat}: restore it with the Roost that wrote it, or a newer one");
            }

            return JsonSerializer.Deserialize<BackupManifest>(json, s_json)!;
        }
        catch (Exception exception) when (exception is JsonException or NullReferenceException)
        {
            throw new BackupException("its list of contents cannot be read", exception);
        }
    }

    private sealed record FormatOnly([property: JsonRequired] int Format);
}
