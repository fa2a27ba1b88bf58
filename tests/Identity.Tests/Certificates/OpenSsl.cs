using System.Diagnostics;

namespace Roost.Identity.Tests.Certificates;

/// <summary>An independent judge: the command line tool of OpenSSL.</summary>
internal static class OpenSsl
{
    /// <returns>What it wrote, standard output and error together; with the exit code when that is not 0.</returns>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return await output + await error + (process.ExitCode == 0 ? "" : $"exit code {process.ExitCode}");
    }
}
