using Roost.Storage.Files;
using Roost.Streams.Definitions;

namespace Roost.Streams.Catalog;

/// <summary>The folder that holds a folder for each stream. One that comes or goes does so by its name: whole, or not at all.</summary>
internal sealed class StreamsFolder(string path)
{
    // No stream's name begins with a dot.
    private const string Coming = ".new-";
    private const string Gone = ".deleted-";

    public string Root => path;

    public string Of(StreamName name) => Path.Combine(path, name.Value);

    /// <summary>The streams that have a folder; what else lies there is not touched.</summary>
    public IReadOnlyList<StreamName> Names() => !Directory.Exists(path)
        ? []
        : [.. Directory.EnumerateDirectories(path)
            .Select(folder => StreamName.TryParse(Path.GetFileName(folder), out var name) ? name : default)
            .Where(name => name != default)];

    /// <summary>Removes what a kill has left of streams that were being made or deleted.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Tidy()
    {
        if (Directory.Exists(path))
        {
            foreach (var rest in Directory.EnumerateDirectories(path, Coming + "*").Concat(Directory.EnumerateDirectories(path, Gone + "*")).ToList())
            {
                Directory.Delete(rest, recursive: true);
            }
        }
    }

    /// <summary>Makes the folder of a new stream, with its document in it.</summary>
    /// <exception cref="IOException">The disk refused, or a folder of this name is there.</exception>
    public void Make(StreamName name, StreamDocument document)
    {
        var coming = Path.Combine(path, Coming + name.Value);
        Directory.CreateDirectory(coming);
        document.Write(coming);
        Directory.Move(coming, Of(name));
        FileSystemSync.Entries(path);
    }

    /// <summary>The first half of a deletion, after which there is no such stream, over any power cut.</summary>
    /// <returns>What <see cref="Remove"/> takes, or the next start.</returns>
    /// <exception cref="IOException">The disk refused; the stream is as it was.</exception>
    public string SetAside(StreamName name, string id)
    {
        var gone = Path.Combine(path, $"{Gone}{name.Value}-{id}");
        Directory.Move(Of(name), gone);
        try
        {
            FileSystemSync.Entries(path);
            return gone;
        }
        catch (IOException)
        {
            Directory.Move(gone, Of(name));
            throw;
        }
    }

    /// <summary>The second half: gives back the space.</summary>
    public static void Remove(string gone) => Directory.Delete(gone, recursive: true);
}
