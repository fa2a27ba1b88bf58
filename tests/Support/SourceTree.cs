namespace Roost.Tests.Support;

/// <summary>The checked-out tree that this test assembly was built from.</summary>
public static class SourceTree
{
    /// <exception cref="DirectoryNotFoundException">The assembly was moved away from the tree.</exception>
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Gateway.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("No Gateway.sln above the test assembly.");
    }
}
