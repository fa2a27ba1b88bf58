using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Code;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Registry;

namespace Roost.LocalLambda.Deployment;

/// <summary>
/// Deploys the functions of the functions' folder: each sub-folder with a <c>function.yaml</c>. A folder that has not changed is not read again;
/// one that cannot be deployed leaves what ran before, and says what is wrong.
/// </summary>
internal sealed partial class FolderDeployer(FunctionHost host, CodeStore code, FunctionOptions options, TimeProvider clock, ILogger logger)
{
    private readonly Interpreters _interpreters = new();

    public async Task DeployAllAsync()
    {
        var found = FunctionFolder.Read(options.Folder);
        foreach (var (name, (definition, faults)) in found)
        {
            if (definition is null)
            {
                Fail(name, faults);
            }
            else
            {
                await DeployAsync(definition);
            }
        }

        if (Directory.Exists(options.Folder))
        {
            await host.WithdrawAsync(record => record.Origin is not null && !found.ContainsKey(record.Name) && !Directory.Exists(record.Origin.Folder));
        }

        LogDeployed(found.Count(function => host.TryFind(function.Key, out var one) && one.IsReady), found.Count, options.Folder);
    }

    private async Task DeployAsync(FunctionDefinition definition)
    {
        try
        {
            var origin = new FunctionOrigin(definition.Folder, FolderSignature.Of(definition.Folder));
            if (host.TryFind(definition.Name, out var known) && known.Record is { } record)
            {
                if (record.Origin is null)
                {
                    Fail(definition.Name, [$"{Path.Combine(definition.Folder, FunctionFile.Name)}: name is '{definition.Name}', which a function has that was created over the API; delete that one, or choose another name"]);
                    return;
                }

                if (record.Origin == origin && host.HasCode(record.Latest))
                {
                    host.Note(definition.Name, NotesOn(definition), []);
                    return;
                }
            }

            using var package = await code.AddAsync(target => FolderCopy.FillAsync(definition.Folder, target, options.MaxCodeBytes));
            var latest = definition with
            {
                CodeSha256 = package.Sha256,
                CodeSize = package.Bytes,
                LastModified = clock.GetUtcNow(),
                RevisionId = FunctionRecord.NewRevision(),
            };
            await host.ChangeAsync(definition.Name, record => record is null
                ? new FunctionRecord { Name = definition.Name, Origin = origin, Latest = latest }
                : record with { Origin = origin, Latest = FunctionRecord.IsSame(record.Latest, latest) ? record.Latest : latest });
            host.Note(definition.Name, NotesOn(definition), []);
        }
        catch (Exception exception) when (exception is InvalidCodeException or IOException or UnauthorizedAccessException)
        {
            Fail(definition.Name, [$"{definition.Folder} cannot be deployed: {exception.Message}"]);
        }
    }

    private IReadOnlyList<string> NotesOn(FunctionDefinition definition) => _interpreters.NoteOn(definition.Runtime) is { } note ? [note] : [];

    private void Fail(string name, IReadOnlyList<string> faults)
    {
        foreach (var fault in faults)
        {
            LogFault(name, fault);
        }

        host.Note(name, [], faults);
    }

    [LoggerMessage(3001, LogLevel.Error, "Function {Function} is not deployed: {Fault}")]
    private partial void LogFault(string function, string fault);

    [LoggerMessage(3003, LogLevel.Information, "{Ready} of {Count} functions in {Folder} are ready")]
    private partial void LogDeployed(int ready, int count, string folder);
}
