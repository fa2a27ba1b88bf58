using System.Text;
using System.Threading.Channels;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Mqtt;

/// <summary>A real client whose messages and end a test waits for.</summary>
internal sealed class RigClient : IAsyncDisposable
{
    private readonly MqttClient _client;
    private readonly Channel<string> _received = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource<ReasonCode?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RigClient(MqttClientOptions options)
    {
        _client = new MqttClient(options)
        {
            MessageHandler = (message, _) =>
            {
                _received.Writer.TryWrite($"{message.Message.Topic} {Encoding.UTF8.GetString(message.Message.Payload.Span)}");
                return ValueTask.CompletedTask;
            },
            ConnectionChanged = change =>
            {
                if (change.State is not (MqttConnectionState.Connected or MqttConnectionState.Connecting))
                {
                    _ended.TrySetResult(change.Reason?.ReasonCode);
                }
            },
        };
    }

    public static async Task<RigClient> ConnectAsync(MqttClientOptions options)
    {
        var client = new RigClient(options);
        await client._client.ConnectAsync();
        return client;
    }

    /// <summary>The reason that the server gave.</summary>
    public Task<ReasonCode?> EndAsync() => Eventually.CompletesAsync(_ended.Task, "the end of the connection");

    /// <returns>Success, or why not.</returns>
    public async Task<ReasonCode> SubscribeAsync(string filter, QualityOfService quality = QualityOfService.AtLeastOnce)
    {
        var answer = await _client.SubscribeAsync(new MqttSubscribeRequest { Subscriptions = [new MqttSubscription(TopicFilter.Parse(filter), quality)] });
        return answer.Filters[0] is { IsRefused: true } refused ? refused.ReasonCode : ReasonCode.Success;
    }

    /// <returns>Success, or what PUBACK said.</returns>
    public async Task<ReasonCode> PublishAsync(string topic, string payload = "x", bool retain = false)
    {
        try
        {
            await _client.PublishAsync(new MqttMessage { Topic = TopicName.Parse(topic), Payload = Encoding.UTF8.GetBytes(payload), QualityOfService = QualityOfService.AtLeastOnce, Retain = retain });
            return ReasonCode.Success;
        }
        catch (MqttPublishRefusedException exception)
        {
            return exception.ReasonCode ?? ReasonCode.UnspecifiedError;
        }
    }

    /// <summary>Topic and payload of the next message.</summary>
    public async Task<string> ReceiveAsync() => await Eventually.CompletesAsync(_received.Reader.ReadAsync().AsTask(), "a message");

    public Task LeaveAsync() => _client.DisconnectAsync();

    public async ValueTask DisposeAsync() => await _client.DisposeAsync();
}
