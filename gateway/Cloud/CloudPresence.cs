using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Roost.Gateway.Http;
using Roost.Mqtt;
using Roost.Streams;

namespace Roost.Gateway.Cloud;

/// <summary>Tells everyone here whether the cloud is there, on a retained topic. Where no cloud is configured there is nothing to tell.</summary>
internal sealed partial class CloudPresence(IUplink uplink, IMqttBroker broker, TimeProvider clock, ILogger<CloudPresence> logger) : IHostedService, IAsyncDisposable
{
    public static readonly TopicName Topic = TopicName.Parse("$roost/cloud/connected");

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <summary>The first word is there before any client can come: what was retained is of the run before.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (uplink.Status.Endpoint is null)
        {
            return;
        }

        await TellAsync(connected: false);
        _running = Task.Run(WatchAsync, CancellationToken.None);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running;
    }

    public ValueTask DisposeAsync()
    {
        _stopping.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                var connection = await uplink.WaitForConnectionAsync(_stopping.Token);
                await TellAsync(connected: true);
                var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using (connection.Lost.Register(lost.SetResult))
                {
                    await lost.Task.WaitAsync(_stopping.Token);
                }

                await TellAsync(connected: false);
            }
        }
        catch (OperationCanceledException)
        {
            // the daemon stops
        }
    }

    private async Task TellAsync(bool connected)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("connected", connected);
            writer.WriteString("endpoint", uplink.Status.Endpoint);
            writer.WriteTime("since", clock.GetUtcNow());
            writer.WriteEndObject();
        }

        try
        {
            await broker.PublishAsync(new MqttMessage { Topic = Topic, Payload = text.ToArray(), QualityOfService = QualityOfService.AtLeastOnce, Retain = true });
        }
        catch (Exception exception) when (exception is MqttPublishRefusedException or ObjectDisposedException)
        {
            LogNotTold(exception.Message);
        }
    }

    [LoggerMessage(5150, LogLevel.Warning, "Whether the cloud is connected could not be published here: {Reason}")]
    private partial void LogNotTold(string reason);
}
