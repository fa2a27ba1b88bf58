using Microsoft.Extensions.Hosting;
using Roost.Gateway.Health;
using Roost.Mqtt;

namespace Roost.Gateway.Hosting;

/// <summary>
/// Starts the broker's core before the rooms, which subscribe to it. Should its loop ever end by itself, the daemon ends too: a process
/// without a broker that looks alive is worse than one that is started again.
/// </summary>
internal sealed partial class BrokerHost(MqttBroker broker, IHostApplicationLifetime application, ILogger<BrokerHost> logger) : IHostedService, ILivenessProbe, IHealthSource
{
    public string Name => "broker's loop";

    /// <summary>True: the loop ended by a fault, and the daemon's exit code is to say so.</summary>
    public bool HasFailed => broker.Completion.IsFaulted;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await broker.StartAsync(cancellationToken);
        _ = broker.Completion.ContinueWith(EndDaemon, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    /// <summary>After the rooms, which publish their last answers; the clients have gone before (<see cref="ListenerHost"/>).</summary>
    public Task StopAsync(CancellationToken cancellationToken) => broker.Completion.IsCompleted ? Task.CompletedTask : broker.StopAsync(cancellationToken);

    public Task AnswersAsync(CancellationToken cancellationToken) => broker.GetStatisticsAsync();

    public RoomHealth Check()
    {
        if (broker.Completion.IsCompleted)
        {
            return new("mqtt", RoomState.Down, "The broker has stopped.");
        }

        return broker.JournalFault is { } fault
            ? new("mqtt", RoomState.Degraded, $"Messages that have to be kept are refused since {fault.Since:u}: {fault.Reason}")
            : new("mqtt", RoomState.Up);
    }

    private void EndDaemon(Task completion)
    {
        LogLoopEnded(completion.Exception);
        application.StopApplication();
    }

    [LoggerMessage(5007, LogLevel.Critical, "The broker's loop ended; the daemon ends too")]
    private partial void LogLoopEnded(Exception? exception);
}
