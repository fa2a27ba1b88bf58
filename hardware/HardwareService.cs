using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Hardware.Gpio;
using Roost.Hardware.Gpio.Simulated;
using Roost.Hardware.Reporting;

namespace Roost.Hardware;

/// <summary>Runs the configured lines and sensors. Nothing that they lack keeps the daemon from starting. Without any, it does nothing at all.</summary>
internal sealed class HardwareService(
    IEnumerable<IPointSource> sources, PointReporter reporter, GpioInventory gpio, SimulatedChip simulated, IOptions<HardwareOptions> options, HardwareMetrics metrics, ILogger<HardwareService> logger)
    : IHostedService, IHardware, IAsyncDisposable
{
    /// <summary>For the last word to the shadows, of the ten seconds that the daemon has to stop.</summary>
    private static readonly TimeSpan _lastWord = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _hasStarted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;
    private bool _isDisposed;

    public IReadOnlyList<PointDescription> Points => [.. reporter.Points.Select(static point => point.Describe())];

    /// <summary>Completes once everything runs; for tests.</summary>
    internal Task Started => _hasStarted.Task;

    public IReadOnlyList<GpioChipDescription> DescribeChips() => gpio.Describe();

    public string? Simulate(string line, bool? high)
    {
        if (!options.Value.IsSimulated)
        {
            return "no line of the simulated chip is configured; write chip: simulated at a line of hardware.gpio";
        }

        if (SimulatedChip.Find(line) is not { } offset)
        {
            return $"{SimulatedChip.ChipName} has no line {line}: it has GPIO0 to GPIO{SimulatedChip.Lines - 1}";
        }

        try
        {
            simulated.Apply(offset, high);
            return null;
        }
        catch (GpioException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Returns at once: the daemon does not wait for its hardware.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var source in sources)
        {
            source.Declare(reporter);
        }

        metrics.ObservePoints(() => reporter.Points.Count, () => reporter.Points.Count(static point => point.Fault is not null));
        _running = reporter.Points.Count == 0 ? Task.CompletedTask : Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Outputs are left as they are to be left at the end, and the shadows told.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_lastWord);
        await reporter.StopAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return; // it is known by several types, each of which is disposed of
        }

        _isDisposed = true;
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await reporter.StartAsync(_stopping.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        finally
        {
            _hasStarted.TrySetResult();
        }

        await Task.WhenAll(sources.Select(RunAsync));
    }

    private async Task RunAsync(IPointSource source)
    {
        try
        {
            await source.RunAsync(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // it was told to end
        }
        catch (Exception exception)
        {
            logger.SourceEnded(source.GetType().Name, exception);
        }
    }
}
