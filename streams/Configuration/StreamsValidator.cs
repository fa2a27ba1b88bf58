using Microsoft.Extensions.Options;
using Roost.Streams.Definitions;

namespace Roost.Streams.Configuration;

internal sealed class StreamsValidator : IValidateOptions<StreamsOptions>
{
    public ValidateOptionsResult Validate(string? name, StreamsOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        foreach (var (stream, settings) in options)
        {
            var key = $"{StreamsOptions.Section}:{stream}";
            if (!StreamName.TryParse(stream, out var parsed))
            {
                faults.AddError($"{key} is no stream name; {StreamName.Rule}.");
            }
            else if (parsed.IsSystem)
            {
                faults.AddError($"{key} begins with $, which is kept for the system's own streams; use another name.");
            }

            foreach (var (property, fault) in StreamRules.Faults(settings))
            {
                faults.AddError($"{key}:{property} {fault}");
            }
        }

        return faults.Build();
    }
}
