using Roost.Tests.Support;

namespace Roost.Architecture.Tests;

/// <summary>The checked-out tree that this test assembly was built from.</summary>
internal static class Repository
{
    public static string Root => SourceTree.Root;

    public static string ReadAllText(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Source files below <paramref name="folder"/>, build output left out; paths relative to the root, with slashes.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.StartsWith("data/", StringComparison.Ordinal) && !path.Split('/').Any(part => part is "bin" or "obj" or "node_modules" or "out"));
}
