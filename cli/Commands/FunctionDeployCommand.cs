using System.CommandLine;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost fn deploy DIR</c>: a folder becomes a function, for all calls or for a share of them.</summary>
internal static partial class FunctionDeployCommand
{
    private const string FunctionFile = "function.yaml";

    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var folder = new Argument<string>("DIR") { Description = "The folder with the code and its function.yaml" };
        var name = new Option<string?>("--name") { Description = "Name of the function; else the file's, else the folder's", HelpName = "NAME" };
        var canary = new Option<string[]>("--canary") { Description = "Share of the calls that the new version gets first, like 10%; or shares that rise: 10%,50%. Default: the rollout of the function.yaml, if it has one", HelpName = "SHARE" };
        var time = new Option<string?>("--for") { Description = "How long each share lasts; default 5m", HelpName = "TIME" };
        var rules = new Option<string[]>("--rollback-on") { Description = "What the new version must not do, like errors>1% or p95>500ms; several may be given; default errors>1%", HelpName = "RULE" };
        var least = new Option<string?>("--min-invocations") { Description = "Invocations that the new version must have had before a rule counts; default 20", HelpName = "N" };
        var allAtOnce = new Option<bool>("--all-at-once") { Description = "Give the new code all calls at once, whatever rollout the function.yaml asks for" };
        var publish = new Option<bool>("--publish") { Description = "Publish the new code as a version that stays" };
        var wait = new Option<bool>("--wait") { Description = "Wait for the end of the rollout; the exit code is 1 when it is rolled back. Ctrl-C ends the waiting only" };
        Check(canary, SharePattern, "is a share of the calls, like 10%, or shares that rise, like 10%,50%");
        Check(time, TimePattern, "is a time with its unit, like 5m");
        Check(rules, RulePattern, "is a rule like errors>1% or p95>500ms");
        Check(least, CountPattern, "is a whole number, like 20");
        var command = new Command("deploy", "Make a folder a function, or replace a function by it") { folder, name, canary, time, rules, least, allAtOnce, publish, wait };
        command.Validators.Add(result =>
        {
            if (result.GetResult(canary) is not { Implicit: false } && (result.GetResult(time) ?? result.GetResult(rules) ?? result.GetResult(least)) is { Implicit: false })
            {
                result.AddError("--for, --rollback-on and --min-invocations belong to a rollout; give --canary as well, like --canary 10%.");
            }

            if (result.GetResult(canary) is { Implicit: false } && result.GetResult(allAtOnce) is { Implicit: false })
            {
                result.AddError("Give --canary or --all-at-once, not both.");
            }
        });
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var path = Path.GetFullPath(run.Get(folder), terminal.Folder);
            var file = Path.Combine(path, FunctionFile);
            if (!File.Exists(file))
            {
                throw new DaemonException($"{file} is not there; a function's folder needs one, with at least its runtime and handler");
            }

            var function = run.Get(name) ?? await NameInAsync(file, cancellationToken) ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
            List<string> query = [.. Values("canary", (run.Get(canary) ?? []).SelectMany(shares => shares.Split(','))), .. Values("rollback-on", run.Get(rules) ?? []),
                .. Values("for", [run.Get(time)]), .. Values("min-invocations", [run.Get(least)]), .. Values("all-at-once", [run.Get(allAtOnce) ? "true" : null]), .. Values("publish", [run.Get(publish) ? "true" : null])];
            using var answer = await SendAsync(run, path, function, query, cancellationToken);
            var isRollingOut = RolloutText.IsInProgress(answer.RootElement);
            if (!run.Get(wait) || !isRollingOut)
            {
                await (run.Json ? run.WriteJsonAsync(answer.RootElement) : run.WriteLineAsync(RolloutText.Deployed(answer.RootElement)));
                return ExitCode.Done;
            }

            if (!run.Json)
            {
                await run.WriteLineAsync(RolloutText.Deployed(answer.RootElement));
            }

            return await RolloutWait.RunAsync(run, function, answer.RootElement.GetProperty("rollout").GetProperty("id").GetString()!, cancellationToken);
        });
        return command;
    }

    private static async Task<System.Text.Json.JsonDocument> SendAsync(CommandRun run, string path, string function, List<string> query, CancellationToken cancellationToken)
    {
        // Packed before anything is sent: a file that cannot be read then leaves the daemon alone.
        await using var zip = new FileStream(
            Path.Combine(Path.GetTempPath(), $"roost-{Guid.NewGuid():N}.zip"), new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        await FolderZip.WriteAsync(path, zip, cancellationToken);
        zip.Position = 0;
        using var content = new StreamContent(zip);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        content.Headers.ContentLength = zip.Length;
        return await run.Daemon.SendJsonAsync(
            HttpMethod.Post, $"/api/v1/functions/{PathSegment.Encode(function)}/deployments{(query.Count == 0 ? "" : $"?{string.Join('&', query)}")}", content, $"deploy {function}", cancellationToken);
    }

    /// <summary>Its form alone: the daemon knows the bounds.</summary>
    private static void Check<T>(Option<T> option, Regex form, string rule) => option.Validators.Add(result =>
    {
        foreach (var token in result.Tokens.Where(token => !form.IsMatch(token.Value)))
        {
            result.AddError($"{option.Name} {rule}, not '{token.Value}'.");
        }
    });

    private static IEnumerable<string> Values(string key, IEnumerable<string?> values) => values.OfType<string>().Select(value => $"{key}={Uri.EscapeDataString(value)}");

    /// <summary>The daemon reads the file as a whole; here only its name is needed, to know where to send it.</summary>
    private static async Task<string?> NameInAsync(string file, CancellationToken cancellationToken)
    {
        await foreach (var line in File.ReadLinesAsync(file, cancellationToken))
        {
            if (NamePattern.Match(line) is { Success: true } match)
            {
                return match.Groups["name"].Value;
            }
        }

        return null;
    }

    [GeneratedRegex("""^["']?name["']?\s*:\s*["']?(?<name>[A-Za-z0-9_-]{1,64})["']?\s*(#.*)?$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern { get; }

    [GeneratedRegex(@"^\s*\d+(\.\d+)?%(\s*,\s*\d+(\.\d+)?%)*\s*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SharePattern { get; }

    [GeneratedRegex(@"^\d+\s*(ms|s|m|h|d)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TimePattern { get; }

    [GeneratedRegex(@"^\s*(errors\s*>\s*[\d.]+\s*%|p[\d.]+\s*>\s*[\d.]+\s*(ms|s|m|h|d))\s*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RulePattern { get; }

    [GeneratedRegex(@"^\d+$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CountPattern { get; }
}
