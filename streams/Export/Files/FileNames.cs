using System.Globalization;
using System.Text.RegularExpressions;

namespace Roost.Streams.Export.Files;

/// <summary>
/// Names of the files of one stream: <c>STEM-FIRST.EXT.part</c> while one is written, <c>STEM-FIRST-NEXT.EXT</c> from then on. Offsets
/// have 20 digits, so that names sort as records do.
/// </summary>
internal sealed partial class FileNames(string stem)
{
    private const string PartEnding = ".part";

    public string Part(long first, string extension) => string.Create(CultureInfo.InvariantCulture, $"{stem}-{first:D20}{extension}{PartEnding}");

    public string Closed(long first, long next, string extension) => string.Create(CultureInfo.InvariantCulture, $"{stem}-{first:D20}-{next:D20}{extension}");

    /// <returns>The files of this stream in the folder, in the order of their offsets; whatever else lies there is not among them.</returns>
    public List<ExportedFile> In(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, $"{stem}-*").Select(Parse).OfType<ExportedFile>().OrderBy(file => file.First).ThenBy(file => file.Next),
    ];

    private ExportedFile? Parse(string path)
    {
        var match = Rest().Match(Path.GetFileName(path)[$"{stem}-".Length..]);
        if (!match.Success || !TryOffset(match.Groups["first"], out var first) || !TryOffset(match.Groups["next"], out var next))
        {
            return null;
        }

        var isPart = match.Groups["part"].Success;
        return isPart == match.Groups["next"].Success ? null : new ExportedFile(path, first, isPart ? null : next, match.Groups["ext"].Value);
    }

    private static bool TryOffset(Group group, out long offset)
    {
        offset = 0;
        return !group.Success || long.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out offset);
    }

    [GeneratedRegex(@"\A(?<first>[0-9]{20})(-(?<next>[0-9]{20}))?(?<ext>\.(ndjson|records)(\.gz)?)(?<part>\.part)?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Rest();
}

/// <param name="Next">Null: it is not closed.</param>
internal sealed record ExportedFile(string Path, long First, long? Next, string Extension);
