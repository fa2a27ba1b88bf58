namespace Roost.Gateway.OpenApi;

/// <summary>What each of Roost's own paths does, as <c>operations.txt</c> says. AWS describes its own.</summary>
internal static class OwnOperations
{
    private const string Resource = "operations.txt";

    /// <exception cref="FormatException">A line is none.</exception>
    public static IReadOnlyList<OwnOperation> Read()
    {
        using var reader = new StreamReader(typeof(OwnOperations).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"The daemon was built without {Resource}."));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(static line => !line.StartsWith('#')).Select(OwnOperation.Parse)];
    }
}
