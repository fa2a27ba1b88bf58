using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Support;

/// <summary>The daemon as its users have it: a process of its own, seen through its output, its sockets and its exit code.</summary>
internal sealed partial class DaemonProcess : IAsyncDisposable
{
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _outputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _errorsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DaemonProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public string Output => Read(_output);

    public string Errors => Read(_errors);

    public int HttpPort => PortOf("http");

    public int MqttPort => PortOf("mqtt");

    public HttpClient Http { get; } = new();

    /// <summary>Starts it without waiting.</summary>
    public static DaemonProcess Launch(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "roostd"), arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var daemon = new DaemonProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        daemon._process.OutputDataReceived += (_, line) => daemon.OnOutput(line.Data);
        daemon._process.ErrorDataReceived += (_, line) => Append(daemon._errors, line.Data, daemon._errorsEnded);
        daemon._process.Start();
        daemon._process.BeginOutputReadLine();
        daemon._process.BeginErrorReadLine();
        return daemon;
    }

    /// <summary>Starts it with ports of its own choice, and waits for its ready line.</summary>
    public static async Task<DaemonProcess> StartAsync(string data, string? configuration = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var variables = new Dictionary<string, string>(environment ?? new Dictionary<string, string>());
        variables.TryAdd("ROOST__MQTT__LISTENERS", "[{ address: 127.0.0.1, port: 0 }]");
        variables.TryAdd("ROOST__HTTP__LISTENERS", "[{ address: 127.0.0.1, port: 0 }]");
        var daemon = Launch(configuration is null ? ["--data", data] : ["--data", data, "--config", configuration], variables);
        await daemon.ReadyAsync();
        daemon.Http.BaseAddress = new Uri($"http://127.0.0.1:{daemon.HttpPort}");
        return daemon;
    }

    public Task<string> ReadyAsync() => Eventually.CompletesAsync(_ready.Task, $"the ready line; the daemon said:\n{Errors}");

    public void Signal(int signal) => _ = Kill(_process.Id, signal);

    public async Task<int> ExitAsync(TimeSpan? limit = null)
    {
        await Eventually.CompletesAsync(WaitAsync(), "the daemon's end", limit);
        return _process.ExitCode;

        async Task<bool> WaitAsync()
        {
            await _process.WaitForExitAsync();
            await Task.WhenAll(_outputEnded.Task, _errorsEnded.Task);
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private int PortOf(string protocol)
    {
        var ready = _ready.Task.Result;
        var address = ready.Split(": ", 2)[1].Split(", ").First(part => part.StartsWith(protocol + " ", StringComparison.Ordinal));
        return int.Parse(address[(address.LastIndexOf(':') + 1)..]);
    }

    private void OnOutput(string? line)
    {
        Append(_output, line, _outputEnded);
        if (line is null)
        {
            _ready.TrySetException(new InvalidOperationException($"the daemon ended without a ready line:\n{Errors}"));
        }
        else if (line.StartsWith("roost is ready", StringComparison.Ordinal))
        {
            _ready.TrySetResult(line);
        }
    }

    private static void Append(StringBuilder text, string? line, TaskCompletionSource ended)
    {
        if (line is null)
        {
            ended.TrySetResult();
            return;
        }

        lock (text)
        {
            text.Append(line).Append('\n');
        }
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
