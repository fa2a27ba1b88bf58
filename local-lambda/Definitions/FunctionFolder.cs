namespace Roost.LocalLambda.Definitions;

/// <summary>Reads all functions of a folder. One bad function does not keep the others from loading.</summary>
internal static class FunctionFolder
{
    /// <returns>Each function's definition, or its faults, by name; a folder without <c>function.yaml</c> is no function.</returns>
    public static SortedDictionary<string, (FunctionDefinition? Definition, IReadOnlyList<string> Faults)> Read(string folder, Interpreters interpreters)
    {
        var functions = new SortedDictionary<string, (FunctionDefinition?, IReadOnlyList<string>)>(StringComparer.Ordinal);
        if (!Directory.Exists(folder))
        {
            return functions;
        }

        foreach (var path in Directory.EnumerateDirectories(folder).Where(path => File.Exists(Path.Combine(path, FunctionFile.Name))).Order(StringComparer.Ordinal))
        {
            var definition = FunctionFile.Read(path, out var faults);
            var name = definition?.Name ?? Path.GetFileName(path);
            if (functions.TryGetValue(name, out var first))
            {
                var fault = $"{Path.Combine(path, FunctionFile.Name)}: name is '{name}', which {first.Item1?.Folder ?? "another folder"} has already; give one of them another name";
                functions[Path.GetFileName(path) == name ? $"{name}-2" : Path.GetFileName(path)] = (null, [fault]);
                continue;
            }

            var note = definition is null ? null : interpreters.NoteOn(definition.Runtime);
            functions[name] = (note is null ? definition : definition! with { Notes = [note] }, faults);
        }

        return functions;
    }
}
