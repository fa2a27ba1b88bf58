using Roost.LocalLambda.Code;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Deployment;

/// <summary>One sub-folder of the functions' folder, and what is known of its state.</summary>
internal sealed class WatchedFolder(string path)
{
    /// <summary>The signature of a folder that is not there.</summary>
    public const string Gone = "";

    private const string NoFunction = "-";

    /// <summary>Deeper folders of a function of which the kernel is asked for notices. Those of the rest are found by looking.</summary>
    private const int MostDeeperFolders = 32;

    public string Path { get; } = path;

    /// <summary>What it looked like when it was deployed last, or could not be; null when it never was looked at.</summary>
    public string? Settled { get; set; }

    /// <summary>What it looked like a moment ago; null when it has changed since.</summary>
    public string? Candidate { get; set; }

    /// <summary>When it became <see cref="Candidate"/>.</summary>
    public long CandidateSince { get; set; }

    /// <summary>When the change was noticed that is not settled yet; null when there is none.</summary>
    public long? ChangingSince { get; set; }

    /// <summary>The operator has been told that it does not come to rest.</summary>
    public bool ToldRestless { get; set; }

    /// <returns>Equal for two looks between which nothing has changed. One that cannot be read has its error for a signature.</returns>
    public string Sign()
    {
        try
        {
            return !Directory.Exists(Path) ? Gone : File.Exists(System.IO.Path.Combine(Path, FunctionFile.Name)) ? FolderSignature.Of(Path) : NoFunction;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"!{exception.Message}";
        }
    }

    /// <summary>Its own folder and some below it, the upper ones first; packages of others, which nobody edits, are not among them.</summary>
    public IEnumerable<string> FoldersToWatch()
    {
        yield return Path;
        if (!File.Exists(System.IO.Path.Combine(Path, FunctionFile.Name)))
        {
            yield break;
        }

        var next = new Queue<string>([Path]);
        for (var count = 0; next.TryDequeue(out var folder);)
        {
            foreach (var below in Below(folder))
            {
                if (++count > MostDeeperFolders)
                {
                    yield break;
                }

                yield return below;
                next.Enqueue(below);
            }
        }
    }

    private static string[] Below(string folder)
    {
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateDirectories()
                .Where(entry => entry.LinkTarget is null && entry.Name is not ("node_modules" or "__pycache__") && !PassingFiles.Has(entry.Name))
                .Select(entry => entry.FullName)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return []; // it has gone, or may not be read: its signature tells
        }
    }
}
