using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Roost.Mqtt;

namespace Roost.Identity.Certificates;

/// <summary>
/// A device renews its own certificate: <c>{"certificateSigningRequest": PEM}</c> to <c>$roost/certificates/renew</c>, answered to this connection alone on <c>.../accepted</c> or
/// <c>.../rejected</c>. Whose certificate it is says the connection, not the message.
/// </summary>
internal sealed class RenewalTopic(ClientCertificates certificates, IMqttBroker broker, ILogger<RenewalTopic> logger, IAuditStorage? storage = null) : BackgroundService, IMessageHandler
{
    public const string Topic = "$roost/certificates/renew";
    private const int MostBytes = 32 * 1024;
    private const int MostWaiting = 64;

    private static readonly TopicName s_accepted = TopicName.Parse(Topic + "/accepted");
    private static readonly TopicName s_rejected = TopicName.Parse(Topic + "/rejected");

    // One that finds no room is not answered: the device asks again, as it does when an answer is lost.
    private readonly Channel<(ConnectedClient Client, byte[] Payload)> _requests = Channel.CreateBounded<(ConnectedClient, byte[])>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private IAsyncDisposable? _subscription;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = await broker.SubscribeAsync(TopicFilter.Parse(Topic), this, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_subscription is { } subscription)
        {
            await subscription.DisposeAsync();
        }

        await base.StopAsync(cancellationToken);
    }

    /// <summary>On the broker's loop.</summary>
    public ValueTask Handle(in PublishedMessage message)
    {
        if (message.Client is { } client && !message.Retain && message.Payload.Length <= MostBytes)
        {
            _requests.Writer.TryWrite((client, message.Payload.ToArray()));
        }

        return ValueTask.CompletedTask;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (client, payload) in _requests.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await AnswerAsync(client, payload, stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                logger.RenewalFailed(client.ClientIdentifier, exception); // a full disk, say; the device asks again
            }
        }
    }

    private async Task AnswerAsync(ConnectedClient client, byte[] payload, CancellationToken cancellationToken)
    {
        try
        {
            if (client.Tag is not Principal { Kind: PrincipalKind.Certificate } principal)
            {
                throw new ChangeRefusedException(ChangeFault.Invalid, "only a client that came with a certificate can renew one");
            }

            await (storage?.EnsureWritableAsync(cancellationToken) ?? Task.CompletedTask); // what cannot be audited is not done
            var issued = await certificates.RenewOwnAsync(principal.Name, ReadRequest(payload), new ChangedBy(principal.Id, client.RemoteEndPoint), cancellationToken);
            await PublishAsync(client, s_accepted, json =>
            {
                json.WriteString("certificateId", issued.Description.Fingerprint);
                json.WriteString("certificatePem", issued.Certificate);
                json.WriteString("caPem", issued.Authority);
                json.WriteNumber("notAfter", issued.Description.NotAfter.ToUnixTimeSeconds());
            });
        }
        catch (ChangeRefusedException refused)
        {
            await PublishAsync(client, s_rejected, json =>
            {
                json.WriteNumber("statusCode", refused.Fault switch { ChangeFault.NotFound => 404, ChangeFault.Conflict => 409, ChangeFault.LimitExceeded => 429, _ => 400 });
                json.WriteString("errorCode", refused.Fault == ChangeFault.Invalid ? "InvalidRequest" : "Rejected");
                json.WriteString("errorMessage", refused.Message);
            });
        }
    }

    private static string ReadRequest(byte[] payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("certificateSigningRequest", out var request) && request.ValueKind == JsonValueKind.String
                ? request.GetString()!
                : throw new ChangeRefusedException(ChangeFault.Invalid, "'certificateSigningRequest' is missing; send {\"certificateSigningRequest\": PEM}");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, "the payload is no valid JSON; send {\"certificateSigningRequest\": PEM}");
        }
    }

    private ValueTask PublishAsync(ConnectedClient client, TopicName topic, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return broker.PublishAsync(new MqttMessage { Topic = topic, Payload = buffer.WrittenMemory.ToArray(), OnlyTo = client });
    }
}
