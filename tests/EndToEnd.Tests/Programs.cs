namespace Roost.EndToEnd.Tests;

/// <summary>Where the programs under test were built, in the same configuration as this assembly.</summary>
internal static class Programs
{
    public static string Root { get; } = FindRoot();

    public static string Roostd { get; } = Built("gateway", "roostd");

    public static string Roost { get; } = Built("cli", "roost");

    public static string RoostSim { get; } = Built("device-sim", "roost-sim");

    private static string Built(string folder, string name)
    {
        // .../tests/EndToEnd.Tests/bin/<configuration>/<framework>/
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Root, folder, "bin", output.Parent!.Name, output.Name, name);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Gateway.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("No Gateway.sln above the test assembly.");
    }
}
