using Microsoft.Extensions.Options;
using Roost.Shadow;
using Roost.Streams;

namespace Roost.Gateway.Cloud;

/// <summary>Shadows that are to be synced need a connection; neither room knows the other's options.</summary>
internal sealed class ShadowSyncUplinkValidator(IOptions<CloudMqttOptions> mqtt) : IValidateOptions<ShadowSyncOptions>
{
    public ValidateOptionsResult Validate(string? name, ShadowSyncOptions options) => options.Sync.Count > 0 && mqtt.Value.Host.Length == 0
        ? ValidateOptionsResult.Fail($"{ShadowSyncOptions.Section}:Sync names shadows, and cloud.mqtt has no host; set cloud.mqtt.host.")
        : ValidateOptionsResult.Success;
}
