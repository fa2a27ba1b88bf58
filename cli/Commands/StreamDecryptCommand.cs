using System.CommandLine;
using Roost.Cli.Daemon;
using Roost.Cli.Encryption;

namespace Roost.Cli.Commands;

/// <summary><c>roost stream decrypt --key FILE</c>: opens what an export has encrypted. Needs no daemon.</summary>
internal static class StreamDecryptCommand
{
    public static Command Create(Terminal terminal)
    {
        var keys = new Option<string[]>("--key") { Description = "The export's key; more than once where keys have changed", HelpName = "FILE", Required = true };
        var command = new Command("decrypt", "Decrypt what an export has encrypted, from standard input to standard output") { keys };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (terminal.IsInteractive)
            {
                throw new DaemonException("what comes out is mostly packed and no text; write it to a file or a program: > FILE, or | zcat");
            }

            var known = parsed.GetRequiredValue(keys).Select(path => DecryptionKey.Read(Path.GetFullPath(path, terminal.Folder))).ToList();
            await using var input = terminal.OpenInput();
            await using var output = terminal.OpenOutput();
            try
            {
                await EncryptedObject.DecryptAsync(input, output, known, cancellationToken);
                await output.FlushAsync(cancellationToken);
                return ExitCode.Done;
            }
            catch (InvalidDataException exception)
            {
                throw new DaemonException($"cannot decrypt standard input: {exception.Message}", exception);
            }
        });
        return command;
    }
}
