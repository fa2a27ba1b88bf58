using System.Collections;

namespace Roost.Gateway.Configuration;

/// <summary>Reads the file, the files of <c>conf.d</c> beside it and the environment, in this order; the later wins.</summary>
internal static class ConfigurationLoader
{
    /// <summary>Of one file. A thousand streams are a tenth of it; a device that never ends is not.</summary>
    private const int MaxFileBytes = 1024 * 1024;

    /// <param name="file">Null: there is no file, and the defaults hold as far as the environment does not change them.</param>
    /// <returns>The merged tree; usable only when nothing was added to <paramref name="faults"/>.</returns>
    public static MapNode Load(string? file, IDictionary environment, List<ConfigurationFault> faults)
    {
        var root = new MapNode(file ?? "defaults", 0);
        foreach (var path in FilesOf(file))
        {
            root = ReadFile(path, faults) is { } map ? ConfigurationMerge.Over(root, map) : root;
        }

        return EnvironmentOverrides.Apply(root, environment, faults);
    }

    private static IEnumerable<string> FilesOf(string? file)
    {
        if (file is null)
        {
            return [];
        }

        var folder = Path.Combine(Path.GetDirectoryName(file) ?? "", "conf.d");
        return Directory.Exists(folder) ? [file, .. Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal)] : [file];
    }

    private static MapNode? ReadFile(string path, List<ConfigurationFault> faults)
    {
        try
        {
            if (ReadBytes(path) is not { } bytes)
            {
                faults.Add(new(path, 0, "", "is larger than 1MiB, the most that is read; split it over conf.d, or name the right file with --config"));
                return null;
            }

            using var text = new StreamReader(bytes);
            switch (new YamlReader(path, faults).Read(text))
            {
                case MapNode map:
                    return map;
                case null or ScalarNode { Text: null }:
                    return null; // everything is commented out
                case var other:
                    faults.Add(new(path, other.Line, "", "is not a map of keys; write sections like `mqtt:` with their keys below them"));
                    return null;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var reason = exception switch
            {
                FileNotFoundException or DirectoryNotFoundException => "it is not there",
                UnauthorizedAccessException => Directory.Exists(path) ? "it is a folder" : "this user may not read it",
                _ => exception.Message.TrimEnd('.'),
            };
            faults.Add(new(path, 0, "", $"cannot be read: {reason}; name an existing, readable file with --config"));
            return null;
        }
    }

    /// <returns>Null when the file is too large.</returns>
    private static MemoryStream? ReadBytes(string path)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[MaxFileBytes + 1]; // not by the file's length: a device tells none
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length > MaxFileBytes ? null : new MemoryStream(bytes, 0, length);
    }
}
