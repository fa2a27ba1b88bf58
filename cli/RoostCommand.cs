using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Roost.Cli.Commands;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;

namespace Roost.Cli;

/// <summary>The tree of commands, and the one place where failures become a line on standard error and an exit code.</summary>
internal static class RoostCommand
{
    private const int BrokenPipe = 32; // EPIPE

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellationToken = default)
    {
        var root = new RootCommand("Looks at and talks to a Roost daemon. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.");
        var options = new GlobalOptions(root);
        root.Add(StatusCommand.Create(options, terminal));
        root.Add(DoctorCommand.Create(options, terminal));
        root.Add(ShadowCommands.Create(options, terminal));
        root.Add(FunctionCommands.Create(options, terminal));
        root.Add(StreamCommands.Create(options, terminal));
        root.Add(ExportCommands.Create(options, terminal));
        root.Add(CloudCommands.Create(options, terminal));
        root.Add(ClientCommands.Create(options, terminal));
        root.Add(RetainedCommands.Create(options, terminal));
        root.Add(HardwareCommands.Create(options, terminal));
        root.Add(PolicyCommands.Create(options, terminal));
        root.Add(TemplateCommands.Create(options, terminal));
        root.Add(AuditCommands.Create(options, terminal));
        root.Add(ThingCommands.Create(options, terminal));
        root.Add(GroupCommands.Create(options, terminal));
        root.Add(CertificateCommands.Create(options, terminal));
        root.Add(AuthorityCommands.Create(options, terminal));
        root.Add(UserCommands.Create(options, terminal));
        root.Add(TokenCommands.Create(options, terminal));
        root.Add(AccessKeyCommands.Create(options, terminal));
        root.Add(AppCommands.Create(options, terminal));
        root.Add(SecretCommands.Create(options, terminal));
        root.Add(BackupCommand.Create(options, terminal));
        root.Add(RestoreCommand.Create(terminal));
        root.Add(PublishCommand.Create(options, terminal));
        root.Add(SubscribeCommand.Create(options, terminal));

        // Without a replacer: @file is data of ours, not a file of arguments.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (MistypedOption(parsed) is { } mistyped)
        {
            await terminal.Error.WriteLineAsync($"roost: {CommandOf(parsed)} has no option {mistyped}.{Suggestion.For(parsed, [mistyped])} An argument that begins so stands behind a --. Try: {CommandOf(parsed)} --help");
            return ExitCode.Usage;
        }

        if (parsed.Errors.Count > 0)
        {
            await terminal.Error.WriteLineAsync($"roost: {Fault(parsed)}{Suggestion.For(parsed)} Try: {CommandOf(parsed)} --help");
            return ExitCode.Usage;
        }

        if (parsed.Action is HelpAction)
        {
            await terminal.Out.WriteAsync(HelpText.Of(parsed));
            return ExitCode.Done;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false }, cancellationToken);
        }
        catch (DaemonException exception)
        {
            await terminal.Error.WriteLineAsync($"roost: {exception.Message}");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Failed; // Ctrl-C before the answer was there; whoever pressed it knows
        }
        catch (IOException exception) when (IsBrokenPipe(exception))
        {
            return ExitCode.Done; // the reader of our output has left, as in `roost sub '#' | head -1`
        }
        catch (IOException exception)
        {
            await terminal.Error.WriteLineAsync($"roost: {exception.Message}"); // a full disk behind our output, say: not done
            return ExitCode.Failed;
        }
    }

    /// <summary>An option that no command has would be taken for the next argument: the name of a thing, say, which then is made.</summary>
    private static string? MistypedOption(ParseResult parsed) => parsed.CommandResult.Command.Subcommands.Count > 0 ? null : parsed.Tokens
        .TakeWhile(token => token.Type != TokenType.DoubleDash)
        .FirstOrDefault(token => token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal))?.Value.Split('=')[0];

    private static bool IsBrokenPipe(IOException exception) =>
        exception.HResult == BrokenPipe || exception.InnerException is System.Net.Sockets.SocketException { NativeErrorCode: BrokenPipe };

    /// <summary>One sentence where the library has one for each word.</summary>
    private static string Fault(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        return (command.Subcommands.Count, parsed.UnmatchedTokens.Count) switch
        {
            (0, _) => string.Join(' ', parsed.Errors.Select(error => error.Message)),
            (_, 0) => $"{CommandOf(parsed)} needs a command: {string.Join(", ", command.Subcommands.Select(subcommand => subcommand.Name))}.",
            _ => $"'{parsed.UnmatchedTokens[0]}' is no command of {CommandOf(parsed)}.",
        };
    }

    private static string CommandOf(ParseResult parsed)
    {
        var names = new List<string>();
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
        {
            names.Insert(0, result.Parent is null ? "roost" : result.Command.Name);
        }

        return string.Join(' ', names);
    }
}
