using Roost.Storage.Files;
using Roost.Storage.Logs.Segments;

namespace Roost.Storage.Upgrades;

/// <summary>Finds logs that a newer Roost has gone on with. A room that opened one would call it damaged, and some rooms then begin anew.</summary>
internal static class LogFormats
{
    private static readonly EnumerationOptions s_everywhere = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };

    /// <summary>The newest segment of each log below <paramref name="folder"/> is looked at: a version that wrote another form wrote that.</summary>
    /// <returns>Segments of a version that is not known, with it. Files that are no sound segments are left to those who open them.</returns>
    public static IEnumerable<(string Path, int Version)> FindNewer(string folder) =>
        !Directory.Exists(folder) ? [] :
        from newest in Directory.EnumerateFiles(folder, $"*{Segment.Extension}", s_everywhere).GroupBy(Path.GetDirectoryName, (_, segments) => segments.Max(StringComparer.Ordinal)!)
        let version = VersionOf(newest)
        where version > SegmentHeader.NewestVersion
        select (newest, version.Value);

    private static int? VersionOf(string path)
    {
        Span<byte> header = stackalloc byte[SegmentHeader.Bytes];
        using var file = DiskFile.OpenRead(path);
        return SegmentHeader.ReadVersion(header[..DiskFile.Read(file, header, 0)]);
    }
}
