using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Roost.Mqtt;

namespace Roost.Identity.Certificates;

/// <summary>Tells over MQTT what AWS IoT tells: <c>$aws/events/certificates/registered/{caCertificateId}</c>.</summary>
internal sealed class CertificateEvents(IMqttBroker broker, ILogger<CertificateEvents> logger)
{
    private const string Account = "000000000000"; // this gateway is one account

    /// <summary>Nothing depends on it: who does not hear it finds the certificate in the list.</summary>
    public async Task TellRegisteredAsync(CertificateDescription certificate, string authority)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("certificateId", certificate.Fingerprint);
            json.WriteString("caCertificateId", authority);
            json.WriteNumber("timestamp", certificate.CreatedAt.ToUnixTimeMilliseconds());
            json.WriteString("certificateStatus", CertificateJson.NameOf(certificate.Status));
            json.WriteString("awsAccountId", Account);
            json.WriteString("certificateRegistrationTimestamp", certificate.CreatedAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }

        try
        {
            await broker.PublishAsync(new MqttMessage
            {
                Topic = TopicName.Parse($"$aws/events/certificates/registered/{authority}"), Payload = buffer.WrittenMemory.ToArray(), QualityOfService = QualityOfService.AtLeastOnce,
            });
        }
        catch (Exception exception) when (exception is MqttPublishRefusedException or ObjectDisposedException)
        {
            logger.RegistrationNotTold(certificate.Fingerprint, exception);
        }
    }
}
