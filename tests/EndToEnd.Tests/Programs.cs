using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests;

/// <summary>Where the programs under test were built, in the same configuration as this assembly.</summary>
internal static class Programs
{
    public static string Root => SourceTree.Root;

    public static string Roostd { get; } = Built("gateway", "roostd");

    public static string Roost { get; } = Built("cli", "roost");

    public static string RoostSim { get; } = Built("device-sim", "roost-sim");

    private static string Built(string folder, string name)
    {
        // .../tests/EndToEnd.Tests/bin/<configuration>/<framework>/
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Root, folder, "bin", output.Parent!.Name, output.Name, name);
    }
}
