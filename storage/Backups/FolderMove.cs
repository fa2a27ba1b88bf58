using System.Globalization;

namespace Roost.Storage.Backups;

/// <param name="Target">The folder that is replaced; may be missing.</param>
/// <param name="Staged">The one that takes its place, beside it.</param>
/// <param name="Aside">Where the present one is kept, beside it.</param>
public sealed record FolderMove(string Target, string Staged, string Aside)
{
    private const string AsideMark = ".replaced-";

    public static FolderMove Of(string target, DateTimeOffset time) =>
        new(target, StagedOf(target), string.Create(CultureInfo.InvariantCulture, $"{target}{AsideMark}{time.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}"));

    /// <summary>Where the folder is made that is going to take the place of <paramref name="target"/>.</summary>
    public static string StagedOf(string target) => target + ".restored";

    /// <summary>Whether it is one that a restore of <paramref name="targets"/> makes, and does nothing elsewhere.</summary>
    internal bool IsWithin(IReadOnlyCollection<string> targets) =>
        targets.Contains(Target, StringComparer.Ordinal) && Staged == StagedOf(Target)
        && Aside is not null && Aside.StartsWith(Target + AsideMark, StringComparison.Ordinal) && !Aside[Target.Length..].Contains('/', StringComparison.Ordinal);
}
