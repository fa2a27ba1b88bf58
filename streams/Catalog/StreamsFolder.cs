namespace Roost.Streams.Catalog;

/// <summary>The folder that holds a folder for each stream.</summary>
internal sealed class StreamsFolder(string path)
{
    public string Of(StreamName name) => Path.Combine(path, name.Value);

    /// <summary>The streams that have a folder; what else lies there is not touched.</summary>
    public IReadOnlyList<StreamName> Names() => !Directory.Exists(path)
        ? []
        : [.. Directory.EnumerateDirectories(path)
            .Select(folder => StreamName.TryParse(Path.GetFileName(folder), out var name) ? name : default)
            .Where(name => name != default)];
}
