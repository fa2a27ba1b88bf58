using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Isolation;

/// <summary>
/// The daemon's own copy of the bootstraps, which every sandbox sees as <c>/var/runtime</c>. Beside the Python ones lies what the machine's interpreter
/// made of them: the folder that they come from cannot be written to, and compiling them takes longer than running them. The interpreter checks that
/// what lies there is of its own version and of the very file, and compiles the file where it is not.
/// </summary>
internal sealed class RuntimesFolder : IAsyncDisposable
{
    /// <summary>The function that is started first has the processor to itself for so long.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stopping = new();
    private Task? _compiled;

    /// <param name="source">As installed.</param>
    /// <param name="parent">Ours alone. Copies of other bootstraps there, those of an older daemon, are removed.</param>
    public RuntimesFolder(string source, string parent, TimeProvider clock)
    {
        _clock = clock;
        parent = System.IO.Path.GetFullPath(parent);
        Path = System.IO.Path.Combine(parent, HashOf(source));
        Directory.CreateDirectory(parent);
        foreach (var other in Directory.EnumerateDirectories(parent).Where(other => other != Path).ToList())
        {
            Directory.Delete(other, recursive: true);
        }

        if (!Directory.Exists(Path))
        {
            var unfinished = $"{Path}.new"; // a copy that was cut short has another name
            foreach (var file in Files(source))
            {
                var copy = System.IO.Path.Combine(unfinished, System.IO.Path.GetRelativePath(source, file));
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
                File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserExecute); // as all that the daemon keeps: nobody else's
            }

            Directory.Move(unfinished, Path);
        }
    }

    public string Path { get; }

    /// <summary>Has the Python bootstraps compiled, once and in the background, when a Python function starts. Functions start all the same before, or without it.</summary>
    public void Prepare(FunctionRuntime runtime)
    {
        if (runtime.Family != RuntimeFamily.Python || _compiled is not null)
        {
            return;
        }

        lock (_stopping)
        {
            _compiled ??= CompileAsync(runtime.Interpreter, System.IO.Path.Combine(Path, "python"), _stopping.Token);
        }
    }

    /// <summary>Waits until nothing writes to the folder any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        lock (_stopping)
        {
            _compiled ??= Task.CompletedTask;
        }

        await _compiled;
        _stopping.Dispose();
    }

    private async Task CompileAsync(string interpreter, string folder, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(Delay, _clock, stopping);
            // Isolated and without site: nothing of the machine's Python but its standard library.
            var start = new ProcessStartInfo(interpreter, ["-I", "-S", "-m", "py_compile", .. Directory.EnumerateFiles(folder, "_roost_*.py")]) { RedirectStandardError = true, UseShellExecute = false };
            using var process = Process.Start(start)!;
            try
            {
                await process.StandardError.ReadToEndAsync(stopping);
                await process.WaitForExitAsync(stopping);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
        catch (OperationCanceledException)
        {
            // It had not begun.
        }
        catch (Exception exception) when (exception is Win32Exception or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // Without it a start takes some milliseconds more. Whatever is wrong with the interpreter, the function's own start tells it.
        }
    }

    private static string HashOf(string source)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Files(source))
        {
            var bytes = File.ReadAllBytes(file);
            hash.AppendData(Encoding.UTF8.GetBytes($"{System.IO.Path.GetRelativePath(source, file)}\0{bytes.Length}\0"));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()[..16]);
    }

    private static string[] Files(string folder) => [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
