using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Roost.Streams.Imports;

/// <summary>The stream of another gateway that records come from.</summary>
/// <param name="Gateway">16 hexadecimal digits.</param>
/// <param name="Stream">Its name there.</param>
/// <param name="Id">Which of all streams that had the name there.</param>
internal sealed record ImportOrigin(string Gateway, StreamName Stream, string Id)
{
    private const int MostIdCharacters = 64;

    /// <summary>As it stands in the header of each record that was imported.</summary>
    public string Text => $"{Gateway}/{Stream.Value}/{Id}";

    /// <summary>The file beside the stream's records that says how far the import has come.</summary>
    public string NoteFileName => $"import-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)))[..24]}.json";

    public static bool TryParse(string? gateway, string? stream, string? id, [NotNullWhen(true)] out ImportOrigin? origin)
    {
        origin = null;
        if (gateway is not { Length: 16 } || !gateway.All(char.IsAsciiHexDigitLower) || id is not { Length: > 0 and <= MostIdCharacters } || !id.All(char.IsAsciiLetterOrDigit) || !StreamName.TryParse(stream, out var name))
        {
            return false;
        }

        origin = new ImportOrigin(gateway, name, id);
        return true;
    }
}
