namespace Roost.LocalLambda.Definitions;

/// <summary>Reads all functions of a folder. One bad function does not keep the others from loading.</summary>
internal static class FunctionFolder
{
    /// <param name="allowedDevices">See <see cref="FunctionFile.Read"/>.</param>
    /// <returns>Each function by name; a folder without <c>function.yaml</c> is no function.</returns>
    public static SortedDictionary<string, FolderFunction> Read(string folder, IReadOnlyCollection<string>? allowedDevices)
    {
        var functions = new SortedDictionary<string, FolderFunction>(StringComparer.Ordinal);
        if (!Directory.Exists(folder))
        {
            return functions;
        }

        List<FolderFunction> doubles = [];
        foreach (var path in Directory.EnumerateDirectories(Path.GetFullPath(folder)).Where(path => File.Exists(Path.Combine(path, FunctionFile.Name))).Order(StringComparer.Ordinal))
        {
            var definition = FunctionFile.Read(path, out var faults, allowedDevices: allowedDevices);
            var name = definition?.Name ?? Path.GetFileName(path);
            if (functions.TryGetValue(name, out var first))
            {
                var fault = $"{Path.Combine(path, FunctionFile.Name)}: name is '{name}', which {first.Folder} has already; give one of them another name";
                doubles.Add(new FolderFunction(path, null, [fault]));
                continue;
            }

            functions[name] = new FolderFunction(path, definition, faults);
        }

        // Behind all others, under a name that is free: a duplicate's fault must not hide a function that is sound.
        foreach (var function in doubles)
        {
            var folderName = Path.GetFileName(function.Folder);
            var key = folderName;
            for (var number = 2; functions.ContainsKey(key); number++)
            {
                key = $"{folderName}-{number}";
            }

            functions[key] = function;
        }

        return functions;
    }
}
