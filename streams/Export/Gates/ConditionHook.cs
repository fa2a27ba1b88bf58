using System.ComponentModel;
using System.Diagnostics;

namespace Roost.Streams.Export.Gates;

/// <summary>
/// A program of the operator's that decides whether an export may go now: it may when the program exits with 0. What it prints is the
/// reason that people are shown.
/// </summary>
internal sealed class ConditionHook(string program, ExportIdentity identity, TimeProvider clock)
{
    private const int MostReason = 200;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <returns>Null when the export may go; else why not.</returns>
    public async Task<string?> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardInput = true,
                Environment = { ["ROOST_STREAM"] = identity.Stream.Value, ["ROOST_EXPORT"] = identity.Name },
            })!; // not null without the shell
            return await AskAsync(process, cancellationToken);
        }
        catch (Win32Exception exception)
        {
            return $"its condition {program} cannot be run: {exception.Message}";
        }
    }

    private async Task<string?> AskAsync(Process process, CancellationToken cancellationToken)
    {
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(s_limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var printed = await FirstLineAsync(process.StandardOutput, either.Token);
            await process.WaitForExitAsync(either.Token);
            return process.ExitCode == 0 ? null : printed.Length > 0 ? printed : $"its condition {program} said no (exit code {process.ExitCode})";
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            return $"its condition {program} did not end within {s_limit.TotalSeconds:0} s";
        }
    }

    private static async Task<string> FirstLineAsync(StreamReader output, CancellationToken cancellationToken)
    {
        var text = new char[MostReason];
        var length = await output.ReadBlockAsync(text, cancellationToken);
        var sink = new char[4096];
        while (length == text.Length && await output.ReadAsync(sink, cancellationToken) > 0)
        {
            // What it prints beyond is read, so that it does not wait for us, and not kept.
        }

        var line = new string(text, 0, length).Split('\n')[0];
        return string.Concat(line.Where(character => !char.IsControl(character))).Trim();
    }
}
