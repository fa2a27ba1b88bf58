using Microsoft.Extensions.Options;
using Roost.Streams.Export;

namespace Roost.Streams.Configuration;

internal sealed class CloudValidator(IOptions<StreamsOptions> streams, IOptions<CloudMqttOptions> mqtt, IEnumerable<AdoptedStream> adopted) : IValidateOptions<CloudOptions>
{
    private const int MostInflight = 10_000;

    public ValidateOptionsResult Validate(string? name, CloudOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        var seen = new Dictionary<(string Stream, string Name), int>();
        for (var i = 0; i < options.Exports.Count; i++)
        {
            var export = options.Exports[i];
            var key = $"{CloudOptions.Section}:Exports:{i}";
            Validate(faults, key, export);
            if (!seen.TryAdd((export.Stream, export.EffectiveName), i))
            {
                faults.AddError($"{key}:Name is '{export.EffectiveName}', as in export {seen[(export.Stream, export.EffectiveName)]} of the same stream; give each a name of its own.");
            }
        }

        return faults.Build();
    }

    private void Validate(ValidateOptionsResultBuilder faults, string key, ExportOptions export)
    {
        if (!streams.Value.ContainsKey(export.Stream) && adopted.All(stream => stream.Name.Value != export.Stream))
        {
            var known = string.Join(", ", streams.Value.Keys.Concat(adopted.Select(stream => stream.Name.Value)).Order(StringComparer.Ordinal));
            faults.AddError($"{key}:Stream is '{export.Stream}', which is not under streams; {(known.Length == 0 ? "add it there" : $"use one of: {known}, or add it there")}.");
        }

        if (export.To == ExportTarget.Mqtt && mqtt.Value.Host.Length == 0)
        {
            faults.AddError($"{key}:To is mqtt, and cloud.mqtt has no host; set cloud.mqtt.host.");
        }

        if (export.EffectiveName is { Length: < 1 or > 64 } || !export.EffectiveName.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.'))
        {
            faults.AddError($"{key}:Name is '{export.Name}'; use 1 to 64 of a-z, A-Z, 0-9, '-', '_' and '.'.");
        }

        if (StreamName.TryParse(export.Stream, out var stream) && !TopicTemplate.TryParse(export.Topic, stream, out _, out var fault))
        {
            faults.AddError($"{key}:Topic is '{export.Topic}'; {fault}.");
        }

        if (export.Qos != 1)
        {
            faults.AddError($"{key}:Qos is {export.Qos}; use 1: without acknowledgements records would be lost, and the offset in each record tells a repetition.");
        }

        if (export.MaxInflight is < 1 or > MostInflight)
        {
            faults.AddError($"{key}:MaxInflight is {export.MaxInflight}; use 1 to {MostInflight}.");
        }
    }
}
