using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost fn show</c>: all that the daemon tells of one function.</summary>
internal static class FunctionShowCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the function" };
        var command = new Command("show", "One function: settings, code, versions, triggers, workers, last errors, and what isolates it") { name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var function = run.Get(name);
            using var shown = await KnownFunctions.AskAsync(
                run, $"show {function}", function, qualifier: null, () => run.Daemon.GetJsonAsync($"/api/v1/functions/{PathSegment.Encode(function)}", $"show {function}", cancellationToken), cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(shown.RootElement);
            }
            else
            {
                run.Write(Facts(shown.RootElement));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Table Facts(JsonElement function)
    {
        var table = new Table("WHAT", "HOW IT IS");
        Add("name", JsonText.Cell(function, "name"));
        Add("arn", JsonText.Cell(function, "arn"));
        Add("state", JsonText.Cell(function, "state"));
        AddEach("fault", Listing.Of(function, "faults").Select(fault => FaultText.Short(JsonText.Cell(fault))));
        AddEach("note", Listing.Of(function, "notes").Select(JsonText.Cell));
        Add("runtime", JsonText.Cell(function, "runtime"));
        Add("handler", JsonText.Cell(function, "handler"));
        Add("memory", JsonText.Cell(function, "memoryBytes") is { Length: > 0 } memory && memory != "0" ? Mebibytes(memory) : "");
        Add("timeout", JsonText.Duration(function, "timeout"));
        Add("network", JsonText.Cell(function, "network"));
        Add("concurrency", JsonText.Cell(function, "maxConcurrency") is { Length: > 0 } most ? $"at most {most}, pinned {JsonText.Cell(function, "pinned")}" : "");
        Add("reserved concurrency", JsonText.Cell(function, "reservedConcurrency") is "0" ? "0: nothing runs" : JsonText.Cell(function, "reservedConcurrency"));
        Add("encoding", JsonText.Cell(function, "encoding") is "json" ? "" : JsonText.Cell(function, "encoding"));
        AddEach("grant", Listing.Of(function, "grants").Select(Grant));
        Add("environment", string.Join(", ", Listing.Of(function, "environment").Select(JsonText.Cell)));
        AddEach("secret", Listing.Of(function, "secrets").Select(use => $"{JsonText.Cell(use, "secret")} in {JsonText.Cell(use, "variable")}"));
        Add("code", JsonText.Cell(function, "codeSha256") is { Length: > 0 } hash ? $"{hash}, {JsonText.Cell(function, "codeSize")} bytes" : "");
        Add("modified", JsonText.Cell(function, "lastModified"));
        Add("folder", JsonText.Cell(function, "folder"));
        Add("versions", string.Join(", ", Listing.Of(function, "versions").Select(JsonText.Cell)));
        AddEach("trigger", Listing.Of(function, "triggers").Select(Trigger));
        Add("url", JsonText.Cell(function, "url"));
        Add("rollout", function.TryGetProperty("rollout", out var rollout) && rollout.ValueKind == JsonValueKind.Object ? Rollout(rollout) : "");
        AddEach("alias", Listing.Of(function, "aliases").Select(alias => $"{JsonText.Cell(alias, "name")} leads to {JsonText.Cell(alias, "version")}{Weights(alias)}"));
        Add("workers", JsonText.Cell(function, "workers") is { Length: > 0 } workers ? $"{workers}, of these {JsonText.Cell(function, "busy")} busy, {JsonText.Cell(function, "idle")} idle, {JsonText.Cell(function, "starting")} starting" : "");
        Add("most memory used", JsonText.Cell(function, "peakMemoryBytes") is { Length: > 0 } peak && peak != "0" ? Mebibytes(peak) : "");
        Add("waiting", JsonText.Cell(function, "waiting").Length == 0 ? "" : $"{JsonText.Cell(function, "waiting")} for a worker, {JsonText.Cell(function, "queued")} in the queue, of these {JsonText.Cell(function, "retrying")} for their next try");
        AddEach("next try", Listing.Of(function, "retries").Select(retry =>
            $"{JsonText.Time(retry, "nextTry")}: {(JsonText.Cell(retry, "kind") == "delivery" ? "delivery to its destination, " : "")}attempt {JsonText.Cell(retry, "attempt")}"));
        Add("async", function.TryGetProperty("async", out var asynchronous) && asynchronous.ValueKind == JsonValueKind.Object ? Async(asynchronous) : "");
        Add("dead letters", JsonText.Cell(function, "deadLetters") is { Length: > 0 } letters && letters != "0" ? $"{letters}; 'roost fn dlq list {JsonText.Cell(function, "name")}' shows them" : "");
        Add("last 5 minutes", JsonText.Cell(function, "recentInvocations").Length == 0 ? "" : $"{JsonText.Cell(function, "recentInvocations")} invocations, {JsonText.Cell(function, "recentErrors")} errors");
        AddEach("error", Listing.Of(function, "lastErrors").Select(error =>
            $"{JsonText.Time(error, "time")} {JsonText.Cell(error, "requestId")} {JsonText.Cell(error, "type")}: {JsonText.Cell(error, "message")}"));
        if (function.TryGetProperty("isolation", out var isolation) && isolation.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in isolation.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.String))
            {
                Add(member.NameEquals("mode") ? "isolation" : $"isolation: {member.Name}", JsonText.Cell(member.Value));
            }

            AddEach("isolation is weak", Listing.Of(isolation, "weaknesses").Select(JsonText.Cell));
        }

        return table;

        void Add(string name, string value) => AddEach(name, value.Length > 0 ? [value] : []);

        void AddEach(string name, IEnumerable<string> values)
        {
            foreach (var value in values)
            {
                table.Add(name, value);
            }
        }
    }

    /// <summary>As in a function.yaml: shadow vac-*, allow get, update.</summary>
    private static string Grant(JsonElement grant) => string.Join(", ", grant.EnumerateObject().Select(member =>
        $"{member.Name} {(member.Value.ValueKind == JsonValueKind.Array ? string.Join(' ', member.Value.EnumerateArray().Select(JsonText.Cell)) : JsonText.Cell(member.Value))}"));

    private static string Async(JsonElement asynchronous)
    {
        var age = double.TryParse(JsonText.Cell(asynchronous, "maxAgeSeconds"), CultureInfo.InvariantCulture, out var seconds) ? JsonText.Duration(TimeSpan.FromSeconds(seconds)) : "?";
        var (success, failure) = (JsonText.Cell(asynchronous, "onSuccess"), JsonText.Cell(asynchronous, "onFailure"));
        return $"{JsonText.Cell(asynchronous, "retries")} {(JsonText.Cell(asynchronous, "retries") == "1" ? "retry" : "retries")}, for at most {age}; {(success.Length > 0 ? $"on success {success}, " : "")}on failure {(failure.Length > 0 ? failure : "dead letters")}";
    }

    private static string Trigger(JsonElement trigger)
    {
        var text = $"{JsonText.Cell(trigger, "kind")} {JsonText.Cell(trigger, "what")}";
        return JsonText.Cell(trigger, "kind") switch
        {
            "schedule" => $"{text}, {(JsonText.Time(trigger, "nextDue") is { Length: > 0 } due ? $"next at {due}" : JsonText.Cell(trigger, "state"))}",
            "stream" => $"{text}, {JsonText.Cell(trigger, "state")}, {JsonText.Cell(trigger, "iteratorAgeSeconds")} s behind, {JsonText.Cell(trigger, "lastResult")}",
            _ => text,
        };
    }

    private static string Rollout(JsonElement rollout)
    {
        var reason = JsonText.Cell(rollout, "reason");
        var ended = JsonText.Time(rollout, "endedAt");
        return $"{JsonText.Cell(rollout, "state")}: version {Version("canary")} in place of {Version("stable")}, begun {JsonText.Time(rollout, "startedAt")}{(ended.Length > 0 ? $", ended {ended}" : "")}{(reason.Length > 0 ? $"; {reason}" : "")}";

        string Version(string which) => rollout.TryGetProperty(which, out var version) ? JsonText.Cell(version, "version") : "";
    }

    private static string Weights(JsonElement alias) => alias.TryGetProperty("weights", out var weights) && weights.ValueKind == JsonValueKind.Object
        ? string.Concat(weights.EnumerateObject().Select(weight => string.Create(CultureInfo.InvariantCulture, $", {100 * weight.Value.GetDouble():0.##}% of the calls to {weight.Name}")))
        : "";

    private static string Mebibytes(string bytes) =>
        long.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? string.Create(CultureInfo.InvariantCulture, $"{number / (1024.0 * 1024):0.#} MiB") : bytes;
}
