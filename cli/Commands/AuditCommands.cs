using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost audit list|tail|key|verify</c>: who came, who was refused, what was changed, and whether somebody has changed that since.</summary>
internal static class AuditCommands
{
    private const int Page = 1000;

    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(1);

    public static Command Create(GlobalOptions options, Terminal terminal) => new("audit", "The audit: who came, who was refused, what was changed")
    {
        List(options, terminal),
        Tail(options, terminal),
        Key(options, terminal),
        AuditVerifyCommand.Create(options, terminal),
    };

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var filters = new Filters();
        var max = new Option<int?>("--max", "-n") { Description = "So many of the newest at most, default 100; with --since of the oldest", HelpName = "N" };
        CountOption.Check(max);
        var command = new Command("list", "The newest records, oldest first") { max };
        filters.AddTo(command);
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var left = run.Get(max) ?? 100;
            var query = filters.Query(run);
            var isFromTheEnd = run.Get(filters.Since) is null;
            long? from = isFromTheEnd ? null : 0;
            var all = 0;
            while (left > 0)
            {
                using var answer = await run.Daemon.GetJsonAsync(Path(query, from, Math.Min(left, Page)), "audit", cancellationToken);
                var found = await PrintAsync(run, answer.RootElement);
                (left, all) = (left - found, all + found);
                from = answer.RootElement.GetProperty("next").GetInt64();
                if (isFromTheEnd || found == 0)
                {
                    break;
                }
            }

            if (all == 0 && !run.Json)
            {
                await terminal.Error.WriteLineAsync($"roost: no record is like that{filters.Advice(run)}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Tail(GlobalOptions options, Terminal terminal)
    {
        var filters = new Filters();
        var command = new Command("tail", "The newest ten records, and those that come; Ctrl-C ends it");
        filters.AddTo(command);
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var query = filters.Query(run);
            long? from = null;
            try
            {
                while (true)
                {
                    using var answer = await run.Daemon.GetJsonAsync(Path(query, from, from is null ? 10 : Page), "audit", cancellationToken);
                    var found = await PrintAsync(run, answer.RootElement);
                    from = answer.RootElement.GetProperty("next").GetInt64();
                    if (found < Page)
                    {
                        await Task.Delay(s_between, TimeProvider.System, cancellationToken);
                    }
                }
            }
            catch (OperationCanceledException)
            {
                return ExitCode.Done; // Ctrl-C is how following ends
            }
        });
        return command;
    }

    private static Command Key(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("key", "Print the public key that the audit is signed with; keep it elsewhere, for 'audit verify --folder'");
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var key = await run.Daemon.GetJsonAsync("/api/v1/audit/key", "audit key", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Compact(key.RootElement) : JsonText.Cell(key.RootElement, "publicKey").TrimEnd());
            return ExitCode.Done;
        });
        return command;
    }

    private static string Path(string query, long? from, int limit) =>
        string.Create(CultureInfo.InvariantCulture, $"/api/v1/audit?limit={limit}{(from is { } offset ? $"&from={offset}" : "")}{query}");

    private static async Task<int> PrintAsync(CommandRun run, JsonElement answer)
    {
        var count = 0;
        foreach (var record in Listing.Of(answer, "records"))
        {
            count++;
            await run.WriteLineAsync(run.Json ? JsonText.Compact(record) : run.Text(Line(record)));
        }

        return count;
    }

    private static string Line(JsonElement record)
    {
        var parts = new List<string> { JsonText.Cell(record, "time"), JsonText.Cell(record, "action") };
        Add("by", "principal");
        Add("thing", "thing");
        Add("client", "clientId");
        Add("from", "source");
        Add("on", "resource");
        var reason = JsonText.Cell(record, "reason");
        return $"{string.Join(' ', parts)}{(reason.Length > 0 ? $": {reason}" : "")}";

        void Add(string word, string member)
        {
            if (JsonText.Cell(record, member) is { Length: > 0 } value)
            {
                parts.Add($"{word} {value}");
            }
        }
    }

    private sealed class Filters
    {
        private readonly Option<string?> _principal = new("--principal") { Description = "Only of this one, like cert/FINGERPRINT, user/NAME or local", HelpName = "ID" };
        private readonly Option<string?> _action = new("--action") { Description = "Only this action, or 'deny.*' for all that begin so", HelpName = "NAME" };
        private readonly Option<string?> _thing = new("--thing") { Description = "Only of this thing", HelpName = "NAME" };

        public Option<string?> Since { get; } = SinceOption.Create("records");

        public void AddTo(Command command)
        {
            command.Add(_principal);
            command.Add(_action);
            command.Add(_thing);
            command.Add(Since);
        }

        public string Query(CommandRun run) => Part(run, "principal", _principal) + Part(run, "action", _action) + Part(run, "thing", _thing) 
            + (run.Get(Since) is { } since && SinceOption.TryRead(since, out var time) ? $"&since={PathSegment.Encode(time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))}" : "");

        /// <summary>An empty answer reads as if nothing had happened: what may have been meant instead.</summary>
        public string Advice(CommandRun run) => run.Get(_principal) is { } principal && principal != "local" && !principal.Contains('/', StringComparison.Ordinal)
            ? $"; principals are local, cert/FINGERPRINT, user/NAME, token/ID or key/ID, and what a thing did is found with --thing {principal}"
            : run.Get(_action) is { } action && !action.Contains('*', StringComparison.Ordinal) ? $"; a refusal has an action of its own: --action 'deny.*'" : "";

        private static string Part(CommandRun run, string name, Option<string?> option) => run.Get(option) is { } value ? $"&{name}={PathSegment.Encode(value)}" : "";
    }
}
