using System.CommandLine;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost fn ...</c>; invoking goes over the path of AWS Lambda.</summary>
internal static class FunctionCommands
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("fn", "Functions")
        {
            List(options, terminal),
            FunctionShowCommand.Create(options, terminal),
            Invoke(options, terminal),
            FunctionLogsCommand.Create(options, terminal),
            FunctionDeployCommand.Create(options, terminal),
            DeadLetterCommands.Create(options, terminal),
        };
        foreach (var more in FunctionVersionCommands.Create(options, terminal).Concat(FunctionAliasCommands.Create(options, terminal)).Concat(RolloutCommands.Create(options, terminal)))
        {
            command.Add(more);
        }

        return command;
    }

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("list", "All functions, their errors in the last five minutes, and what is wrong with those that cannot run");
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var functions = await run.Daemon.GetJsonAsync("/api/v1/functions", "list of functions", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(functions.RootElement);
                return ExitCode.Done;
            }

            string[] columns = ["FUNCTION", "STATE", "RUNTIME", "WORKERS", "BUSY", "QUEUED", "RETRYING", "ERRORS"];
            var isForPerson = terminal.IsInteractive;
            var table = new Table(isForPerson ? columns : [.. columns, "NOTE"]);
            var notes = new Table("FUNCTION", "NOTE"); // below, where a window has no room for sentences beside the figures
            foreach (var function in Listing.Of(functions.RootElement, "functions"))
            {
                string[] cells =
                [
                    JsonText.Cell(function, "name"), JsonText.Cell(function, "state"), JsonText.Cell(function, "runtime"), JsonText.Cell(function, "workers"),
                    JsonText.Cell(function, "busy"), JsonText.Cell(function, "queued"), JsonText.Cell(function, "retrying"), JsonText.Cell(function, "recentErrors"),
                ];
                var note = Note(function);
                table.Add(isForPerson ? cells : [.. cells, note]);
                if (note.Length > 0)
                {
                    notes.Add(JsonText.Cell(function, "name"), note);
                }
            }

            run.Write(table);
            if (isForPerson && notes.Rows.Count > 0)
            {
                await run.WriteLineAsync("");
                run.Write(notes);
            }
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A file can have many faults, each a sentence: the first stands for all.</summary>
    private static string Note(JsonElement function)
    {
        var notes = Listing.Of(function, "faults").Concat(Listing.Of(function, "notes")).Select(note => FaultText.Short(JsonText.Cell(note))).ToList();
        if (JsonText.Cell(function, "deadLetters") is { Length: > 0 } letters && letters != "0")
        {
            notes.Add($"{letters} dead letters: roost fn dlq list {JsonText.Cell(function, "name")}");
        }

        return notes.Count > 1 ? $"{notes[0]} (+{notes.Count - 1}: roost fn show {JsonText.Cell(function, "name")})" : notes.FirstOrDefault("");
    }

    private static Command Invoke(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var payload = DataArgument.Create("JSON", "The event, JSON or for a binary function any bytes; {} when there is none");
        payload.Arity = ArgumentArity.ZeroOrOne;
        payload.DefaultValueFactory = _ => "{}";
        var asynchronous = new Option<bool>("--event") { Description = "Queue it and do not wait; done means kept" };
        var log = new Option<bool>("--tail", "--log") { Description = "Print the end of the function's log on standard error" };
        var qualifier = new Option<string?>("--qualifier") { Description = "This version or alias", HelpName = "VERSION|ALIAS" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only ask whether it could be run" };
        var context = new Option<string?>("--context") { Description = "The client context, a JSON object", HelpName = "JSON" };
        var command = new Command("invoke", "Run a function and print its result; the exit code is 1 when the function fails") { name, payload, asynchronous, log, qualifier, dryRun, context };
        command.Validators.Add(result =>
        {
            if (result.GetResult(asynchronous) is { Implicit: false } && result.GetResult(dryRun) is { Implicit: false })
            {
                result.AddError("Give --event or --dry-run, not both.");
            }
        });
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var function = run.Get(name);
            var data = await DataArgument.ReadAsync(run.Get(payload), terminal, cancellationToken);
            var fault = JsonData.FaultOf(data, $"invoke {function}");
            using var content = DaemonClient.Body(data, fault is null ? "application/json" : "application/octet-stream");
            (string, string)[] headers =
            [
                ("X-Amz-Invocation-Type", run.Get(dryRun) ? "DryRun" : run.Get(asynchronous) ? "Event" : "RequestResponse"),
                ("X-Amz-Log-Type", run.Get(log) ? "Tail" : "None"),
                .. ContextHeader(run.Get(context), function),
            ];
            using var response = await KnownFunctions.AskAsync(run, $"invoke {function}", function, run.Get(qualifier), SendAsync, cancellationToken);
            return await PrintAsync(run, function, response, cancellationToken);

            async Task<HttpResponseMessage> SendAsync()
            {
                try
                {
                    return await run.Daemon.SendAsync(HttpMethod.Post, PathOf(function, run.Get(qualifier)), content, $"invoke {function}", cancellationToken, headers);
                }
                catch (DaemonException exception) when (exception.Status == HttpStatusCode.BadRequest && fault is not null)
                {
                    throw fault; // only the daemon knows that the function is none of those that take bytes
                }
            }
        });
        return command;
    }


    private static string PathOf(string function, string? qualifier) =>
        $"/2015-03-31/functions/{PathSegment.Encode(function)}/invocations{(qualifier is null ? "" : $"?Qualifier={PathSegment.Encode(qualifier)}")}";

    private static (string, string)[] ContextHeader(string? context, string function)
    {
        if (context is null)
        {
            return [];
        }

        var bytes = Encoding.UTF8.GetBytes(context);
        JsonData.Check(bytes, $"invoke {function}: --context");
        return [("X-Amz-Client-Context", Convert.ToBase64String(bytes))];
    }

    private static async Task<int> PrintAsync(CommandRun run, string function, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var result = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var error = Header(response.Headers, "X-Amz-Function-Error");
        var log = Header(response.Headers, "X-Amz-Log-Result") is { } base64 ? Encoding.UTF8.GetString(Convert.FromBase64String(base64)) : null;
        if (run.Json)
        {
            await run.WriteLineAsync(ToJson(response, result, error, log));
        }
        else
        {
            if (log is not null)
            {
                await run.Terminal.Error.WriteAsync(log);
            }

            if (!IsJson(response, result))
            {
                await run.WriteBytesAsync(result, cancellationToken);
            }
            else if (result.Length > 0)
            {
                await run.WriteLineAsync(run.Text(result));
            }
        }

        if (error is null)
        {
            return ExitCode.Done;
        }

        await run.Terminal.Error.WriteLineAsync($"roost: invoke {function}: the function failed ({error}); its result says how, 'roost fn logs {function}' more");
        return ExitCode.Failed;
    }

    private static string ToJson(HttpResponseMessage response, byte[] result, string? error, string? log) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("statusCode", (int)response.StatusCode);
        json.WriteString("requestId", Header(response.Headers, "x-amzn-RequestId"));
        json.WriteString("functionError", error);
        if (log is not null)
        {
            json.WriteString("log", log);
        }

        if (!IsJson(response, result))
        {
            json.WriteBase64String("payloadBase64", result);
        }
        else if (result.Length == 0)
        {
            json.WriteNull("payload");
        }
        else
        {
            json.WritePropertyName("payload");
            json.WriteRawValue(result);
        }

        json.WriteEndObject();
    });

    /// <summary>A binary function names the type of its result as it likes.</summary>
    private static bool IsJson(HttpResponseMessage response, byte[] result) =>
        response.Content.Headers.ContentType?.MediaType is null or "application/json" && JsonData.FaultOf(result, "") is null;

    private static Argument<string> Name() => new("NAME") { Description = "Name of the function" };

    private static string? Header(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.First() : null;
}
