using System.Data.Common;
using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Code;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Registry;
using Roost.LocalLambda.Rollouts;

namespace Roost.LocalLambda.Deployment;

/// <summary>
/// Deploys the functions of the functions' folder: each sub-folder with a <c>function.yaml</c>. A folder that has not changed is not read again;
/// one that cannot be deployed leaves what ran before, and says what is wrong.
/// </summary>
internal sealed partial class FolderDeployer(FunctionHost host, CodeStore code, FunctionOptions options, TimeProvider clock, ILogger logger)
{
    private readonly Interpreters _interpreters = new();

    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private bool _isCounted;

    /// <summary>Deploys what has changed, and withdraws what is gone.</summary>
    /// <param name="signatures">Of each folder that is at rest; the others are left alone.</param>
    /// <param name="isThere">False for a folder that is gone for good.</param>
    /// <returns>Folders that were changed while they were read, and that have to be looked at again.</returns>
    public async Task<IReadOnlyList<string>> DeployAsync(IReadOnlyDictionary<string, string> signatures, Func<string, bool> isThere)
    {
        var found = FunctionFolder.Read(options.Folder, options.Devices);
        List<string> changed = [];
        HashSet<string> named = new(StringComparer.Ordinal);
        foreach (var (key, function) in found)
        {
            var name = function.Definition?.Name ?? host.DeployedFrom(function.Folder) ?? key;
            named.Add(name);
            if (!signatures.TryGetValue(function.Folder, out var signature))
            {
                continue;
            }

            if (function.Definition is not { } definition)
            {
                Fail(name, function.Faults);
            }
            else if (!await DeployAsync(definition, signature))
            {
                changed.Add(function.Folder);
            }
        }

        if (Directory.Exists(options.Folder))
        {
            await host.WithdrawAsync(record => record.Origin is { } origin && !found.ContainsKey(record.Name)
                && (!Directory.Exists(origin.Folder) && !isThere(origin.Folder) || IsOther(record.Name, origin.Folder, found.Values)));
            foreach (var (name, folder) in host.Deployed().Where(function => !named.Contains(function.Name) && signatures.ContainsKey(function.Folder)))
            {
                named.Add(name);
                Fail(name, [$"{Path.Combine(folder, FunctionFile.Name)}: is missing; what was deployed before still runs. Put it back, or remove the folder to remove the function"]);
            }
        }

        foreach (var name in _told.Where(name => !named.Contains(name)).ToList())
        {
            _told.Remove(name);
            host.Forget(name);
        }

        if (!_isCounted)
        {
            _isCounted = true;
            LogDeployed(found.Count(function => host.TryFind(function.Key, out var one) && one.IsReady), found.Count, options.Folder);
        }

        return changed;
    }

    /// <summary>Whether the folder holds a function of another name by now.</summary>
    private static bool IsOther(string name, string folder, IEnumerable<FolderFunction> found) =>
        found.Any(function => function.Folder == folder && function.Definition is { } definition && definition.Name != name);

    /// <returns>False when the folder was changed meanwhile.</returns>
    private async Task<bool> DeployAsync(FunctionDefinition definition, string signature)
    {
        try
        {
            var origin = new FunctionOrigin(definition.Folder, signature);
            if (host.TryFind(definition.Name, out var known) && known.Record is { } record)
            {
                if (record.Origin is null)
                {
                    Fail(definition.Name, [$"{Path.Combine(definition.Folder, FunctionFile.Name)}: name is '{definition.Name}', which a function has that was created over the API; delete that one, or choose another name"]);
                    return true;
                }

                if (record.Origin == origin && host.HasCode(record.Latest))
                {
                    Succeed(definition);
                    return true;
                }
            }

            using var package = await code.AddAsync(target => FolderCopy.FillAsync(definition.Folder, target, options.MaxCodeBytes));
            if (FolderSignature.Of(definition.Folder) != signature)
            {
                return false; // half of it may be old
            }

            var latest = definition with
            {
                CodeSha256 = package.Sha256,
                CodeSize = package.Bytes,
                LastModified = clock.GetUtcNow(),
                RevisionId = FunctionRecord.NewRevision(),
            };
            var before = known?.Record?.Latest;
            var after = await host.ChangeAsync(definition.Name, record => WithAsync(
                definition.Async,
                record is null
                    ? new FunctionRecord { Name = definition.Name, Origin = origin, Latest = latest }
                    : (record with { Origin = origin }).Deploy(latest, definition.Rollout, keepsBefore: false, clock.GetUtcNow())));
            Succeed(definition);
            if (after.Latest != before)
            {
                LogFunctionDeployed(definition.Name, definition.Folder);
            }

            return true;
        }
        catch (Exception exception) when (exception is InvalidCodeException or IOException or UnauthorizedAccessException or DbException)
        {
            Fail(definition.Name, [$"{definition.Folder} cannot be deployed: {exception.Message}"]);
            return true;
        }
    }

    /// <summary>What the folder says holds for the function; where it says nothing, so does what was set over the API. Versions and aliases keep theirs.</summary>
    private FunctionRecord WithAsync(AsyncSettings? settings, FunctionRecord record) => settings is null
        ? record
        : record with { Async = new Dictionary<string, AsyncSettings>(record.Async) { [FunctionArn.Latest] = settings with { LastModified = clock.GetUtcNow() } } };

    private void Succeed(FunctionDefinition definition)
    {
        _told.Remove(definition.Name);
        host.Note(definition.Name, NotesOn(definition), []);
    }

    private IReadOnlyList<string> NotesOn(FunctionDefinition definition) => _interpreters.NoteOn(definition.Runtime) is { } note ? [note] : [];

    private void Fail(string name, IReadOnlyList<string> faults)
    {
        _told.Add(name);
        if (host.TryFind(name, out var known) && known.Faults.SequenceEqual(faults))
        {
            return;
        }

        foreach (var fault in faults)
        {
            LogFault(name, fault);
        }

        host.Note(name, [], faults);
    }

    [LoggerMessage(3001, LogLevel.Error, "Function {Function} is not deployed: {Fault}")]
    private partial void LogFault(string function, string fault);

    [LoggerMessage(3454, LogLevel.Information, "Function {Function} is deployed from {Folder}")]
    private partial void LogFunctionDeployed(string function, string folder);

    [LoggerMessage(3003, LogLevel.Information, "{Ready} of {Count} functions in {Folder} are ready")]
    private partial void LogDeployed(int ready, int count, string folder);
}
