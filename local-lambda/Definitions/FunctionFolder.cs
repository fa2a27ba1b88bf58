namespace Roost.LocalLambda.Definitions;

/// <summary>Reads all functions of a folder. One bad function does not keep the others from loading.</summary>
internal static class FunctionFolder
{
    /// <returns>Each function's definition, or its faults, by name; a folder without <c>function.yaml</c> is no function.</returns>
    public static SortedDictionary<string, (FunctionDefinition? Definition, IReadOnlyList<string> Faults)> Read(string folder)
    {
        var functions = new SortedDictionary<string, (FunctionDefinition?, IReadOnlyList<string>)>(StringComparer.Ordinal);
        if (!Directory.Exists(folder))
        {
            return functions;
        }

        List<(string Path, string Fault)> doubles = [];
        foreach (var path in Directory.EnumerateDirectories(folder).Where(path => File.Exists(Path.Combine(path, FunctionFile.Name))).Order(StringComparer.Ordinal))
        {
            var definition = FunctionFile.Read(path, out var faults);
            var name = definition?.Name ?? Path.GetFileName(path);
            if (functions.TryGetValue(name, out var first))
            {
                var fault = $"{Path.Combine(path, FunctionFile.Name)}: name is '{name}', which {first.Item1?.Folder ?? "another folder"} has already; give one of them another name";
                doubles.Add((path, fault));
                continue;
            }

            functions[name] = (definition, faults);
        }

        // Behind all others, under a name that is free: a duplicate's fault must not hide a function that is sound.
        foreach (var (path, fault) in doubles)
        {
            var folderName = Path.GetFileName(path);
            var key = folderName;
            for (var number = 2; functions.ContainsKey(key); number++)
            {
                key = $"{folderName}-{number}";
            }

            functions[key] = (null, [fault]);
        }

        return functions;
    }
}
