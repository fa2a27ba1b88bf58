using System.Net;
using Microsoft.Extensions.Options;

namespace Roost.Mqtt;

/// <summary>Reports every fault at once, each with its key, value and remedy.</summary>
internal sealed class MqttOptionsValidator : IValidateOptions<MqttOptions>
{
    public ValidateOptionsResult Validate(string? name, MqttOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        for (var i = 0; i < options.Listeners.Count; i++)
        {
            ValidateListener($"{MqttOptions.Section}:Listeners:{i}", options.Listeners[i], faults);
        }

        for (var i = 1; i < options.Listeners.Count; i++)
        {
            var listener = options.Listeners[i];
            if (listener.Port != 0 && options.Listeners.Take(i).Any(other => other.Address == listener.Address && other.Port == listener.Port))
            {
                faults.AddError($"{MqttOptions.Section}:Listeners:{i} is {listener.Address} port {listener.Port}, which is listed before; remove one.");
            }
        }

        if (!Enum.IsDefined(options.Durability))
        {
            faults.AddError($"{MqttOptions.Section}:Durability is {options.Durability}; use power-loss, crash or memory.");
        }

        if (options.ResponseTopicPrefix is { } prefix && !TopicName.TryParse(prefix, out _))
        {
            faults.AddError($"{MqttOptions.Section}:ResponseTopicPrefix is '{prefix}'; use a topic without + and #, like answers, or leave the key out.");
        }

        if (options.Folder is "")
        {
            faults.AddError($"{MqttOptions.Section}:Folder is empty; name a folder, or leave the key out to keep sessions in memory.");
        }

        if (options.SysInterval != TimeSpan.Zero && (options.SysInterval < TimeSpan.FromSeconds(1) || options.SysInterval > TimeSpan.FromHours(1)))
        {
            faults.AddError($"{MqttOptions.Section}:SysInterval is {options.SysInterval.TotalSeconds:#,0.###} s; use 1 s to 3,600 s, or 0 for no $SYS topics.");
        }

        var limitFaults = new ValidateOptionsResultBuilder();
        ValidateLimits(MqttLimitsOptions.Section, options.Limits, limitFaults);
        for (var i = 0; i < options.Listeners.Count && limitFaults.Build().Succeeded; i++) // else the fault of all would be told for each
        {
            ValidateLimits($"{MqttOptions.Section}:Listeners:{i}:Limits", options.Listeners[i].Limits.Over(options.Limits), faults);
        }

        faults.AddResult(limitFaults.Build());
        return faults.Build();
    }

    private static void ValidateListener(string key, MqttListenerOptions listener, ValidateOptionsResultBuilder faults)
    {
        if (!IPAddress.TryParse(listener.Address, out _))
        {
            faults.AddError($"{key}:Address is '{listener.Address}'; use an IP address, 127.0.0.1 for this machine or 0.0.0.0 for all interfaces.");
        }

        if (listener.Port is < 0 or > 65_535)
        {
            faults.AddError($"{key}:Port is {listener.Port}; use 1 to 65,535, or 0 for any free port.");
        }
    }

    private static void ValidateLimits(string section, MqttLimitsOptions limits, ValidateOptionsResultBuilder faults)
    {
        CheckNumber(nameof(limits.MaxPacketBytes), limits.MaxPacketBytes, 128, 268_435_460);
        CheckNumber(nameof(limits.MaxQueued), limits.MaxQueued, 1, 10_000_000);
        CheckNumber(nameof(limits.MaxOutputBytes), limits.MaxOutputBytes, 16 * 1024, 256 * 1024 * 1024);
        CheckNumber(nameof(limits.MaxConnections), limits.MaxConnections, 1, 1_000_000);
        CheckNumber(nameof(limits.MaxSessions), limits.MaxSessions, 1, 10_000_000);
        CheckNumber(nameof(limits.MaxSubscriptions), limits.MaxSubscriptions, 1, 1_000_000);
        CheckNumber(nameof(limits.ReceiveMax), limits.ReceiveMax, 1, 65_535);
        CheckNumber(nameof(limits.InflightMax), limits.InflightMax, 1, 65_535);
        CheckNumber(nameof(limits.MaxQos), limits.MaxQos, 0, 2);
        CheckNumber(nameof(limits.TopicAliasMax), limits.TopicAliasMax, 0, 65_535);
        CheckTime(nameof(limits.KeepAliveMax), limits.KeepAliveMax, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(65_535));
        CheckTime(nameof(limits.ConnectTimeout), limits.ConnectTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        CheckTime(nameof(limits.SessionExpiryMax), limits.SessionExpiryMax, TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650));

        void CheckNumber(string key, int value, int least, int most)
        {
            if (value < least || value > most)
            {
                faults.AddError($"{section}:{key} is {value:#,0}; use {least:#,0} to {most:#,0}.");
            }
        }

        void CheckTime(string key, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most)
            {
                faults.AddError($"{section}:{key} is {value.TotalSeconds:#,0} s; use {least.TotalSeconds:#,0} s to {most.TotalSeconds:#,0} s.");
            }
        }
    }
}
