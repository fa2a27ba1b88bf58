using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Roost.Gateway.Hosting;

/// <summary>
/// SIGTERM and SIGINT: the first one asks for an orderly stop, which has <see cref="DrainLimit"/>; the second one, or the end of that
/// time, ends the process at once. What was acknowledged is on disk already, so that nothing promised is lost by it.
/// </summary>
internal sealed partial class SignalLifetime(IHostApplicationLifetime application, ServiceManager manager, TimeProvider clock, ILogger<SignalLifetime> logger) : IHostLifetime, IDisposable
{
    /// <summary>HTTP has 2 s of it, functions 5 s by default, exports 2 s, the rest a second for what remains; systemd waits 15 s (TimeoutStopSec).</summary>
    public static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(10);

    private const int ForcedExitCode = 1;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private ITimer? _deadline;
    private int _signals;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _deadline?.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true; // the runtime's own handling would end the process without draining
        if (Interlocked.Increment(ref _signals) > 1)
        {
            LogForced(context.Signal);
            Environment.Exit(ForcedExitCode);
        }

        LogStopping(context.Signal);
        manager.Stopping();
        _deadline = clock.CreateTimer(_ => EndUnfinished(), null, DrainLimit, Timeout.InfiniteTimeSpan);
        application.StopApplication();
    }

    private void EndUnfinished()
    {
        LogUnfinished(DrainLimit);
        Environment.Exit(ForcedExitCode);
    }

    [LoggerMessage(5002, LogLevel.Information, "{Signal}: draining; the same signal again ends the daemon at once")]
    private partial void LogStopping(PosixSignal signal);

    [LoggerMessage(5003, LogLevel.Warning, "{Signal} again: ending at once")]
    private partial void LogForced(PosixSignal signal);

    [LoggerMessage(5004, LogLevel.Error, "Not drained within {Limit}: ending at once")]
    private partial void LogUnfinished(TimeSpan limit);
}
