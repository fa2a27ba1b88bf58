using Microsoft.Extensions.Hosting;

namespace Roost.Gateway.Hosting;

/// <summary>
/// Sends systemd its sign of life at half of the interval that it waits, but only while every probe answers: a daemon whose broker
/// hangs is to be restarted, however well its timers run.
/// </summary>
internal sealed partial class Watchdog(ServiceManager manager, IEnumerable<ILivenessProbe> probes, TimeProvider clock, ILogger<Watchdog> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (manager.WatchdogInterval is not { } interval)
        {
            return;
        }

        using var timer = new PeriodicTimer(interval / 2, clock);
        try
        {
            do
            {
                if (await AllAnswerAsync(interval / 4, stoppingToken))
                {
                    manager.Alive();
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Stopping; systemd has been told, and watches the stop by its own time limit.
        }
    }

    private async Task<bool> AllAnswerAsync(TimeSpan within, CancellationToken stoppingToken)
    {
        foreach (var probe in probes)
        {
            try
            {
                await probe.AnswersAsync(stoppingToken).WaitAsync(within, clock, stoppingToken);
            }
            catch (TimeoutException)
            {
                LogNoAnswer(probe.Name, within);
                return false;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // It answered, if only with a refusal (a full disk): a restart would not help.
            }
        }

        return true;
    }

    [LoggerMessage(5001, LogLevel.Error, "The {Probe} has not answered within {Within}; systemd gets no sign of life and will restart the service")]
    private partial void LogNoAnswer(string probe, TimeSpan within);
}
