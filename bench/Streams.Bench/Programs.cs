using Roost.Tests.Support;

namespace Roost.Streams.Bench;

internal static class Programs
{
    /// <summary>Built with the bench, in the same configuration.</summary>
    public static string Roostd { get; } = Built();

    private static string Built()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(SourceTree.Root, "gateway", "bin", output.Parent!.Name, output.Name, "roostd");
    }
}
