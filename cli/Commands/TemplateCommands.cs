using System.CommandLine;
using System.Text;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost template list|show|create|enable|disable|delete|claim</c>: fleet provisioning.</summary>
internal static class TemplateCommands
{
    private const string Root = "/api/v1/provisioning-templates";

    public static Command Create(GlobalOptions options, Terminal terminal) => new("template", "Provisioning templates: how devices that share a claim become things")
    {
        List(options, terminal),
        Show(options, terminal),
        Make(options, terminal),
        Switch("enable", "Provision devices by it again", isEnabled: true, options, terminal),
        Switch("disable", "Provision nobody by it until it is enabled; claims stay as they are", isEnabled: false, options, terminal),
        Delete(options, terminal),
        TemplateClaimCommand.Create(options, terminal),
    };

    public static string PathOf(string template) => $"{Root}/{PathSegment.Encode(template)}";

    public static Argument<string> NameArgument() => new("NAME") { Description = "Name of the template: 1 to 36 letters, digits, - and _" };

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("list", "The templates, with their hooks and how many claims can be used");
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var answer = await run.Daemon.GetJsonAsync(Root, "list of templates", cancellationToken);
            var table = new Table("TEMPLATE", "ENABLED", "HOOK", "CLAIMS", "CHANGED");
            foreach (var template in Listing.Of(answer.RootElement, "templates"))
            {
                if (run.Json)
                {
                    await run.WriteJsonAsync(template);
                    continue;
                }

                table.Add(JsonText.Cell(template, "name"), JsonText.Cell(template, "enabled"), JsonText.Cell(template, "hook"), JsonText.Cell(template, "claims"), JsonText.Time(template, "changedAt"));
            }

            if (!run.Json)
            {
                run.Write(table);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(GlobalOptions options, Terminal terminal)
    {
        var name = NameArgument();
        var command = new Command("show", "Print the template as it was given; --json has everything") { name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var answer = await run.Daemon.GetJsonAsync(PathOf(run.Get(name)), $"template {run.Get(name)}", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Compact(answer.RootElement) : answer.RootElement.GetProperty("template").GetRawText());
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Make(GlobalOptions options, Terminal terminal)
    {
        var name = NameArgument();
        var file = new Argument<string>("FILE") { Description = "The template in AWS IoT's JSON" };
        var hook = new Option<string?>("--hook") { Description = "A function that is asked before each device, and may refuse it", HelpName = "FUNCTION" };
        var force = new Option<bool>("--force") { Description = "Replace a template that is there; its claims stay good" };
        var command = new Command("create", "Make a template, after checking it") { name, file, hook, force };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var template = run.Get(name);
            using var document = await ReadAsync(Path.GetFullPath(run.Get(file), terminal.Folder), cancellationToken);
            var body = JsonText.Write(json =>
            {
                json.WriteStartObject();
                json.WritePropertyName("template");
                json.WriteRawValue(document.RootElement.GetRawText());
                if (run.Get(hook) is { } function)
                {
                    json.WriteString("hook", function);
                }

                json.WriteBoolean("replace", run.Get(force));
                json.WriteEndObject();
            });
            using var content = DaemonClient.Body(Encoding.UTF8.GetBytes(body), "application/json");
            using var answer = await run.Daemon.SendJsonAsync(HttpMethod.Put, PathOf(template), content, $"template {template}", cancellationToken);
            await run.WriteLineAsync(run.Json
                ? JsonText.Compact(answer.RootElement)
                : $"template {template} is ready; 'roost template claim {template} --out DIR' makes the certificate that its devices share");
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<JsonDocument> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return JsonDocument.Parse(await File.ReadAllBytesAsync(path, cancellationToken), new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException exception)
        {
            throw new DaemonException($"{path}: no valid JSON (line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}).", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DaemonException(exception.Message, exception);
        }
    }

    private static Command Switch(string verb, string description, bool isEnabled, GlobalOptions options, Terminal terminal)
    {
        var name = NameArgument();
        var command = new Command(verb, description) { name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var content = DaemonClient.Body(Encoding.UTF8.GetBytes(isEnabled ? """{"enabled":true}""" : """{"enabled":false}"""), "application/json");
            using var answer = await run.Daemon.SendJsonAsync(HttpMethod.Patch, PathOf(run.Get(name)), content, $"template {run.Get(name)}", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Compact(answer.RootElement) : $"template {run.Get(name)} is {verb}d");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Delete(GlobalOptions options, Terminal terminal)
    {
        var name = NameArgument();
        var command = new Command("delete", "Delete a template, and revoke its claims; things that it made stay") { name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var answer = await run.Daemon.SendAsync(HttpMethod.Delete, PathOf(run.Get(name)), content: null, $"delete template {run.Get(name)}", cancellationToken);
            await run.WriteLineAsync(run.Json
                ? JsonText.Write(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("deleted", run.Get(name));
                    json.WriteEndObject();
                })
                : $"template {run.Get(name)} is deleted, and its claims are revoked");
            return ExitCode.Done;
        });
        return command;
    }
}
