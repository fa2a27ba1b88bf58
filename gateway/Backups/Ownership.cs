using System.Diagnostics;

namespace Roost.Gateway.Backups;

/// <summary>Root restores what the daemon's own user is going to open.</summary>
internal static class Ownership
{
    /// <summary>Gives <paramref name="folder"/> with all in it to the owner of <paramref name="reference"/>. Does nothing for anybody but root, who could not.</summary>
    /// <exception cref="IOException">It did not succeed.</exception>
    public static void TakeFrom(string reference, string folder)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        using var chown = Process.Start(new ProcessStartInfo("chown", ["--recursive", $"--reference={reference}", "--", folder]) { RedirectStandardError = true, UseShellExecute = false })!;
        var errors = chown.StandardError.ReadToEnd();
        chown.WaitForExit();
        if (chown.ExitCode != 0)
        {
            throw new IOException($"{folder} could not be given to the owner of {reference}: {errors.Trim()}");
        }
    }
}
