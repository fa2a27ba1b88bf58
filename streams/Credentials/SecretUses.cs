using Microsoft.Extensions.Options;

namespace Roost.Streams.Credentials;

/// <summary>Goes through the configuration of the cloud.</summary>
internal sealed class SecretUses(IOptions<CloudMqttOptions> mqtt, IOptions<CloudS3Options> s3, IOptions<CloudOptions> cloud, IStreamSecrets secrets) : IStreamSecretUses
{
    public IReadOnlyList<StreamSecretUse> All =>
        [.. OfUplink(mqtt.Value).Append((Key: "cloud.s3.secret-access-key-secret", Name: s3.Value.SecretAccessKeySecret)).Concat(cloud.Value.Exports.SelectMany(OfExport))
            .Where(use => use.Name is not null).Select(use => new StreamSecretUse(use.Name!, use.Key, SecretNames.FaultOf(secrets, use.Key, use.Name!)))];

    private static IEnumerable<(string Key, string? Name)> OfUplink(CloudMqttOptions options) =>
    [
        ("cloud.mqtt.password-secret", options.PasswordSecret),
        ("cloud.mqtt.proxy.password-secret", options.Proxy?.PasswordSecret),
        ("cloud.mqtt.tls.key-secret", options.Tls?.KeySecret),
    ];

    private static IEnumerable<(string Key, string? Name)> OfExport(ExportOptions export)
    {
        var of = $"of export {export.EffectiveName} of stream {export.Stream}";
        return
        [
            ($"http.authorization-secret {of}", export.Http?.AuthorizationSecret),
            ($"http.bearer-token-secret {of}", export.Http?.BearerTokenSecret),
            ($"http.hmac-key-secret {of}", export.Http?.HmacKeySecret),
            ($"http.key-secret {of}", export.Http?.KeySecret),
            ($"s3.encrypt.key-secret {of}", export.S3?.Encrypt?.KeySecret),
        ];
    }
}
