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

    public static Task RunAsync(Interpreter interpreter) => UntilReadyAsync(interpreter, "/usr/bin/bwrap", [.. Arguments, interpreter.Program, .. interpreter.SayReady]);

    /// <summary>Without any sandbox.</summary>
    public static Task RunBareAsync(Interpreter interpreter) => UntilReadyAsync(interpreter, interpreter.Program, interpreter.SayReady);

    private static async Task UntilReadyAsync(Interpreter interpreter, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment.Clear(); // a sandbox does so too, and what stands there may cost an interpreter more than the rest of its start
        using var process = Process.Start(start)!;
        if (await process.StandardOutput.ReadLineAsync() != "ready")
        {
            throw new InvalidOperationException($"{program} could not run {interpreter.Name}.");
        }

        process.Kill();
    }
}
