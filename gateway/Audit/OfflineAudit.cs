using Roost.Identity;

namespace Roost.Gateway.Audit;

/// <summary><c>roostd --verify-audit</c>: the audit of a daemon that does not run, or that was copied to another machine.</summary>
internal static class OfflineAudit
{
    public static async Task<int> VerifyAsync(string folder, CommandLine commandLine, TextWriter output, TextWriter errors)
    {
        try
        {
            var key = await File.ReadAllTextAsync(commandLine.PublicKeyFile!);
            return await AuditFolder.VerifyAsync(folder, key, commandLine.FirstRecord, commandLine.LastRecord, output) ? ExitCode.Stopped : ExitCode.Failed;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"roostd: {exception.Message}");
            return ExitCode.Failed;
        }
    }
}
