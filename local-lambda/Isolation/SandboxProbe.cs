using System.ComponentModel;

namespace Roost.LocalLambda.Isolation;

/// <summary>Finds out whether this machine can isolate functions, by doing it once.</summary>
internal static class SandboxProbe
{
    /// <returns>Null when it can, else the reason with a remedy.</returns>
    public static async Task<string?> FaultAsync(ProcessLauncher launcher, CancellationToken cancellationToken)
    {
        if (!File.Exists(Sandbox.Bubblewrap))
        {
            return $"{Sandbox.Bubblewrap} is missing; install it: apt install bubblewrap";
        }

        try
        {
            using var process = await launcher.StartAsync(Sandbox.Probe());
            var error = await process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0
                ? null
                : $"bubblewrap cannot make a sandbox here ({error.Trim()}); allow unprivileged user namespaces (kernel.unprivileged_userns_clone=1, or an AppArmor profile with userns)";
        }
        catch (Win32Exception exception)
        {
            return $"bubblewrap cannot be started: {exception.Message}";
        }
    }
}
