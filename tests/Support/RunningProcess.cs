using System.Collections.Concurrent;
using System.Diagnostics;
using NUnit.Framework;

namespace Roost.Tests.Support;

/// <summary>A real program that a test started, with its output kept line by line; killed at the latest when disposed of.</summary>
public sealed class RunningProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();

    private RunningProcess(Process process) => _process = process;

    public IReadOnlyCollection<string> Output => _output;

    public string Errors => string.Join('\n', _errors);

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public static RunningProcess Start(string program, params string[] arguments) => Start(program, arguments, environment: null);

    public static RunningProcess Start(string program, string[] arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var running = new RunningProcess(new Process { StartInfo = start });
        running._process.OutputDataReceived += (_, line) => Keep(running._output, line.Data);
        running._process.ErrorDataReceived += (_, line) => Keep(running._errors, line.Data);
        running._process.Start();
        running._process.BeginOutputReadLine();
        running._process.BeginErrorReadLine();
        return running;
    }

    /// <summary>Runs a program to its end and returns what it printed.</summary>
    /// <exception cref="AssertionException">It ended with another exit code than 0.</exception>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        await using var running = Start(program, arguments);
        running.CloseInput();
        var code = await running.WaitForExitAsync();
        Assert.That(code, Is.Zero, $"{Path.GetFileName(program)} {string.Join(' ', arguments)}: {running.Errors}");
        return string.Join('\n', running.Output);
    }

    public void WriteLine(string line) => _process.StandardInput.WriteLine(line);

    public void CloseInput() => _process.StandardInput.Close();

    public void Signal(int signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{Id}"]);
        kill.WaitForExit();
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>With all that it has started.</summary>
    public async Task KillTreeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public async Task<int> WaitForExitAsync(TimeSpan? limit = null)
    {
        await Eventually.CompletesAsync(ExitedAsync(), $"{_process.StartInfo.FileName} to end", limit ?? TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    public Task WaitForOutputAsync(Func<string, bool> line, string waitedFor, TimeSpan? limit = null) =>
        Eventually.IsTrueAsync(() => _output.Any(line), $"{waitedFor}; it printed: {string.Join('\n', _output.TakeLast(5))} {Errors}", limit);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }

    private async Task<bool> ExitedAsync()
    {
        await _process.WaitForExitAsync();
        return true;
    }
}
