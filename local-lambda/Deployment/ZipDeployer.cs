using Roost.LocalLambda.Code;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Registry;
using YamlDotNet.RepresentationModel;

namespace Roost.LocalLambda.Deployment;

/// <summary>
/// Makes definitions from zips. A <c>function.yaml</c> in the zip gives what AWS's API has no word for (network, triggers, concurrency and so on) and
/// stands below what that API has; so the zip of a folder that runs as it is, runs as it is.
/// </summary>
internal sealed class ZipDeployer(CodeStore code, FunctionOptions options, TimeProvider clock) : IDisposable
{
    /// <summary>One at a time: each may write as much as all code of a function may take.</summary>
    private readonly SemaphoreSlim _unpacking = new(1);

    /// <summary>Keeps a zip and what is in it; one that is there already is not unpacked again.</summary>
    /// <param name="zip">The file is moved into the store, or left where it is.</param>
    /// <exception cref="InvalidCodeException">The zip is refused; nothing of it is left.</exception>
    public async Task<CodePackage> AddAsync(string zip, string sha256, long bytes)
    {
        await _unpacking.WaitAsync();
        try
        {
            return code.Find(sha256, bytes) ?? await code.AddAsync(
                async target =>
                {
                    await Task.Run(() => ZipPackage.Unpack(zip, target, options.MaxCodeBytes));
                    return (sha256, bytes);
                },
                zip);
        }
        finally
        {
            _unpacking.Release();
        }
    }

    /// <summary>The definition of <c>$LATEST</c>: what is in the zip, below what the API says.</summary>
    /// <param name="inherited">The function.yaml that holds where the zip has none; null for none.</param>
    /// <exception cref="InvalidCodeException">They do not make a function: the message names every fault.</exception>
    public FunctionDefinition Define(string name, LambdaSettings settings, string description, CodePackage package, string? inherited = null)
    {
        var path = Path.Combine(package.Folder, FunctionFile.Name);
        inherited = File.Exists(path) ? null : inherited;
        if (FunctionFile.Read(package.Folder, out var faults, Given(name, settings), inherited, options.Devices) is not { } definition)
        {
            faults = [.. faults.Select(fault => fault
                .Replace(path, inherited is null ? FunctionFile.Name : $"{FunctionFile.Name} of the code before", StringComparison.Ordinal)
                .Replace(package.Folder, "the zip", StringComparison.Ordinal))];
            throw new InvalidCodeException(string.Join(" ", faults), faults);
        }

        return definition with
        {
            CodeSha256 = package.Sha256,
            CodeSize = package.Bytes,
            Description = description,
            LastModified = clock.GetUtcNow(),
            RevisionId = FunctionRecord.NewRevision(),
            Lambda = settings,
            InheritedFile = inherited,
        };
    }

    /// <summary>The function.yaml that a definition was made with.</summary>
    /// <returns>Null where there is none, or the code is missing.</returns>
    public string? FileOf(FunctionDefinition definition)
    {
        if (definition.InheritedFile is { } inherited)
        {
            return inherited;
        }

        using var package = code.Find(definition.CodeSha256, definition.CodeSize);
        return package is not null && Path.Combine(package.Folder, FunctionFile.Name) is var path && File.Exists(path) ? File.ReadAllText(path) : null;
    }

    public void Dispose() => _unpacking.Dispose();

    private static Dictionary<string, YamlNode> Given(string name, LambdaSettings settings)
    {
        var given = new Dictionary<string, YamlNode> { ["name"] = new YamlScalarNode(name) };
        Add("runtime", settings.Runtime);
        Add("handler", settings.Handler);
        Add("memory", settings.MemorySize is { } memory ? $"{memory}MiB" : null);
        Add("timeout", settings.Timeout is { } timeout ? $"{timeout}s" : null);
        if (settings.Environment is { } environment)
        {
            given["environment"] = new YamlMappingNode(environment.Select(pair => KeyValuePair.Create<YamlNode, YamlNode>(new YamlScalarNode(pair.Key), new YamlScalarNode(pair.Value))));
        }

        return given;

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                given[key] = new YamlScalarNode(value);
            }
        }
    }
}
