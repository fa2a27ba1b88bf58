using System.Diagnostics;

namespace Roost.Cli.Daemon;

/// <summary>What systemd says of the service when nobody answers: it knows why a start has failed, and that it is tried again.</summary>
internal static class ServiceState
{
    private const string Unit = "roost.service";

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(3);

    /// <returns>What to tell and what to do, as sentences without the last full stop; null where no systemd has the service.</returns>
    public static async Task<string?> AskAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists("/run/systemd/system"))
        {
            return null;
        }

        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(s_longest);
        try
        {
            var start = new ProcessStartInfo("systemctl", ["show", Unit, "--property=LoadState,ActiveState,SubState,StatusText"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
            using var systemctl = Process.Start(start)!;
            var text = await systemctl.StandardOutput.ReadToEndAsync(late.Token);
            return Describe(text);
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null; // no such program, or one that hangs: what is known already has to do
        }
    }

    /// <param name="properties">As <c>systemctl show</c> prints them: <c>ActiveState=failed</c>, a line each.</param>
    public static string? Describe(string properties)
    {
        var values = properties.Split('\n').Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2).ToLookup(pair => pair[0], pair => pair[1].Trim());
        string Of(string name) => values[name].FirstOrDefault() ?? "";
        if (Of("LoadState") != "loaded")
        {
            return null;
        }

        var said = Of("StatusText") is { Length: > 0 } status ? $": {status.TrimEnd('.')}" : "";
        return (Of("ActiveState"), Of("SubState")) switch
        {
            ("failed", _) => $"The service roost has failed{said}. Put that right, then 'sudo systemctl restart roost'; 'journalctl -u roost' has the rest",
            ("activating", "auto-restart" or "auto-restart-queued") => $"The service roost could not start, and is tried again every few seconds{said}. 'journalctl -u roost' has the rest",
            ("activating", _) => $"The service roost is just starting{said}",
            ("active" or "reloading", _) => $"The service roost runs, and its socket is another one or gone{said}. Name its socket with --socket",
            ("deactivating", _) => $"The service roost is just stopping{said}",
            _ => "The service roost is stopped. Start it with 'sudo systemctl start roost'",
        };
    }
}
