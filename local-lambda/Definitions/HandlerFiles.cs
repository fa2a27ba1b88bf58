namespace Roost.LocalLambda.Definitions;

/// <summary>Finds the file that a handler names, as Lambda's own runtimes read the name.</summary>
internal static class HandlerFiles
{
    /// <returns>Null when the file is there, else what is wrong and what to do.</returns>
    public static string? FaultOf(RuntimeFamily family, string handler, string folder) => family switch
    {
        RuntimeFamily.Python => FaultOfPython(handler, folder),
        RuntimeFamily.Node => FaultOfNode(handler, folder),
        _ => FaultOfProvided(folder),
    };

    private static string? FaultOfPython(string handler, string folder)
    {
        var dot = handler.LastIndexOf('.');
        if (dot <= 0 || dot == handler.Length - 1)
        {
            return "name a module and a function: handler: lambda_function.lambda_handler";
        }

        var module = handler[..dot].Replace('.', '/');
        return IsInside(module) && (File.Exists(Path.Combine(folder, module + ".py")) || File.Exists(Path.Combine(folder, module, "__init__.py")))
            ? null
            : $"there is no {module}.py in {folder}; add it, or name the module that holds the function";
    }

    private static string? FaultOfNode(string handler, string folder)
    {
        var dot = handler.IndexOf('.', handler.LastIndexOf('/') + 1);
        if (dot <= 0 || dot == handler.Length - 1)
        {
            return "name a file and an export: handler: index.handler";
        }

        var file = handler[..dot];
        return IsInside(file) && Array.Exists([".mjs", ".js", ".cjs"], extension => File.Exists(Path.Combine(folder, file + extension)))
            ? null
            : $"there is no {file}.mjs, {file}.js or {file}.cjs in {folder}; add it, or name the file that exports the function";
    }

    private static string? FaultOfProvided(string folder)
    {
        var bootstrap = Path.Combine(folder, "bootstrap");
        if (!File.Exists(bootstrap))
        {
            return $"there is no file bootstrap in {folder}; a custom runtime is an executable of this name";
        }

        const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return (File.GetUnixFileMode(bootstrap) & AnyExecute) == UnixFileMode.None ? $"bootstrap in {folder} is not executable; run chmod +x on it" : null;
    }

    private static bool IsInside(string path) => !Path.IsPathRooted(path) && !path.Split('/').Contains("..");
}
