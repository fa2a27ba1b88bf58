using System.Diagnostics;

namespace Roost.LocalLambda.Bench;

/// <summary>bubblewrap with namespaces and mounts like a function's, and an interpreter in it that says one word.</summary>
internal static class BareSandbox
{
    private static readonly string[] Arguments =
    [
        "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-net", "--disable-userns", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--uid", "993", "--gid", "990",
        "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache",
        "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--clearenv", "--",
    ];

    public static async Task RunAsync(Interpreter interpreter)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/bwrap", [.. Arguments, interpreter.Program, .. interpreter.SayReady]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        if (await process.StandardOutput.ReadLineAsync() != "ready")
        {
            throw new InvalidOperationException($"bwrap could not run {interpreter.Program}.");
        }

        process.Kill();
    }
}
