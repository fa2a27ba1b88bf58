using Microsoft.Extensions.Options;
using Roost.Streams.Export;
using Roost.Streams.Export.Targets;

namespace Roost.Streams.Configuration;

internal sealed class CloudValidator(IOptions<CloudMqttOptions> mqtt, IEnumerable<AdoptedStream> adopted, IEnumerable<IExportTargetFactory> factories) : IValidateOptions<CloudOptions>
{
    private const long LeastBandwidth = 128;

    public ValidateOptionsResult Validate(string? name, CloudOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        var seen = new Dictionary<(string Stream, string Name), int>();
        for (var i = 0; i < options.Exports.Count; i++)
        {
            var export = options.Exports[i];
            var key = $"{CloudOptions.Section}:Exports:{i}";
            Validate(faults, key, export);
            ExportValidator.Validate(faults, key, export);
            if (!seen.TryAdd((export.Stream, export.EffectiveName), i))
            {
                faults.AddError($"{key}:Name is '{export.EffectiveName}', as in export {seen[(export.Stream, export.EffectiveName)]} of the same stream; give each a name of its own.");
            }
        }

        if (options.BandwidthBytes < LeastBandwidth)
        {
            faults.AddError($"{CloudOptions.Section}:BandwidthBytes is {options.BandwidthBytes}; use at least {LeastBandwidth} bytes a second, or none.");
        }

        return faults.Build();
    }

    private void Validate(ValidateOptionsResultBuilder faults, string key, ExportOptions export)
    {
        // Whether there is such a stream shows when it runs: it may be made, and deleted, over the API.
        if (!StreamName.TryParse(export.Stream, out var stream))
        {
            faults.AddError($"{key}:Stream is '{export.Stream}'; {StreamName.Rule}.");
        }
        else if (stream.IsSystem && stream != StreamName.Dead && adopted.All(known => known.Name != stream))
        {
            faults.AddError($"{key}:Stream is '{stream}', which the system does not have; use one of: {string.Join(", ", adopted.Select(known => known.Name.Value).Order(StringComparer.Ordinal))}.");
        }

        if (export.To == ExportTarget.Mqtt)
        {
            ValidateMqtt(faults, key, export);
        }
        else if (factories.FirstOrDefault(factory => factory.Kind == export.To) is { } factory)
        {
            factory.Validate(faults, key, export);
        }
        else
        {
            faults.AddError($"{key}:To is {export.To.ToString().ToLowerInvariant()}; use mqtt.");
        }
    }

    private void ValidateMqtt(ValidateOptionsResultBuilder faults, string key, ExportOptions export)
    {
        if (mqtt.Value.Host.Length == 0)
        {
            faults.AddError($"{key}:To is mqtt, and cloud.mqtt has no host; set cloud.mqtt.host.");
        }

        if (export.Qos != 1)
        {
            faults.AddError($"{key}:Qos is {export.Qos}; use 1: without acknowledgements records would be lost, and the offset in each record tells a repetition.");
        }

        if (!StreamName.TryParse(export.Stream, out var stream))
        {
            return;
        }

        if (export.Topic.Length == 0)
        {
            faults.AddError($"{key}:Topic is missing; write the topic that records go to, like site-17/{{stream}}.");
        }
        else if (!TopicTemplate.TryParse(export.Topic, stream, out var topic, out var fault))
        {
            faults.AddError($"{key}:Topic is '{export.Topic}'; {fault}.");
        }
        else if (export.Batch is not null && !topic.IsFixed)
        {
            faults.AddError($"{key}:Topic is '{export.Topic}', and the records of a batch have one topic; use a topic without {{key}} and {{topic}}, or no batch.");
        }
    }
}
