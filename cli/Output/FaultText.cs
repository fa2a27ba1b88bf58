using System.Text.RegularExpressions;

namespace Roost.Cli.Output;

/// <summary>Faults of functions as a person reads them who knows which function it is.</summary>
internal static partial class FaultText
{
    /// <summary>Without the folder before the name of the file.</summary>
    public static string Short(string fault) => FolderPattern.Replace(fault, "");

    [GeneratedRegex(@"^/[^,:]*/(?=function\.yaml[,:])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FolderPattern { get; }
}
