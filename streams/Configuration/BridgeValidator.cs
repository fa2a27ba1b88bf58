using Microsoft.Extensions.Options;
using Roost.Mqtt;
using Roost.Streams.Bridge;

namespace Roost.Streams.Configuration;

internal sealed class BridgeValidator(IOptions<CloudMqttOptions> mqtt) : IValidateOptions<CloudOptions>
{
    private const long LeastBytes = 4 * 1024 * 1024; // 16 of the largest messages

    public ValidateOptionsResult Validate(string? name, CloudOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase); // a folder each
        for (var i = 0; i < options.Bridge.Count; i++)
        {
            var bridge = options.Bridge[i];
            var key = $"{CloudOptions.Section}:Bridge:{i}";
            Validate(faults, key, bridge);
            if (!seen.TryAdd(bridge.EffectiveName, i))
            {
                faults.AddError($"{key}:Name is '{bridge.EffectiveName}', as in entry {seen[bridge.EffectiveName]}; give each a name of its own.");
            }
        }

        if (options.Bridge.Count > 0 && mqtt.Value.Host.Length == 0)
        {
            faults.AddError($"{CloudOptions.Section}:Bridge carries topics, and cloud.mqtt has no host; set cloud.mqtt.host.");
        }

        return faults.Build();
    }

    private static void Validate(ValidateOptionsResultBuilder faults, string key, BridgeOptions bridge)
    {
        var name = bridge.EffectiveName;
        if (name.Length is < 1 or > 64 || name[0] == '.' || !name.All(static character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.'))
        {
            faults.AddError($"{key}:Name is '{name}'; use 1 to 64 of a-z, A-Z, 0-9, '-', '_' and '.', without a dot in front.");
        }

        if (bridge.Topics.Count == 0)
        {
            faults.AddError($"{key}:Topics is empty; name what is to be carried, such as [\"robots/#\"].");
        }

        for (var i = 0; i < bridge.Topics.Count; i++)
        {
            ValidateTopic(faults, $"{key}:Topics:{i}", bridge, bridge.Topics[i]);
        }

        foreach (var (property, prefix) in new[] { (nameof(bridge.LocalPrefix), bridge.LocalPrefix), (nameof(bridge.RemotePrefix), bridge.RemotePrefix) })
        {
            if (prefix.Length > 0 && !TopicName.TryParse(prefix, out _))
            {
                faults.AddError($"{key}:{property} is '{prefix}'; a prefix is the beginning of a topic, without + and #, such as site-17/.");
            }
        }

        if (bridge.Qos is < 0 or > 2)
        {
            faults.AddError($"{key}:Qos is {bridge.Qos}; use 0, 1 or 2.");
        }

        ValidateQueue(faults, $"{key}:Queue", bridge.Queue);
    }

    private static void ValidateTopic(ValidateOptionsResultBuilder faults, string key, BridgeOptions bridge, string topic)
    {
        if (BridgeFilter.TryCreate(topic, bridge.LocalPrefix, bridge.RemotePrefix, out var fault) is not { } filter)
        {
            faults.AddError($"{key} is '{topic}', which with its prefixes is no topic filter: {fault}; write one like robots/+/state.");
        }
        else if (filter.IsShared && bridge.Direction != BridgeDirection.In)
        {
            faults.AddError($"{key} is '{topic}'; a shared subscription only takes: use direction: in.");
        }
    }

    private static void ValidateQueue(ValidateOptionsResultBuilder faults, string key, BridgeQueueOptions queue)
    {
        if (queue.Bytes < LeastBytes)
        {
            faults.AddError($"{key}:Bytes is {queue.Bytes}; use 4MiB or more.");
        }

        if (queue.Messages < 1)
        {
            faults.AddError($"{key}:Messages is {queue.Messages}; use 1 or more, or none for no limit.");
        }

        if (queue.Age < TimeSpan.FromSeconds(1))
        {
            faults.AddError($"{key}:Age is {queue.Age}; use 1s or more, or none for no limit.");
        }
    }
}
