using Microsoft.Extensions.Options;

namespace Roost.Streams.Configuration;

internal sealed class StreamsValidator : IValidateOptions<StreamsOptions>
{
    private const long LeastBytes = 64 * 1024;
    private const int LeastRecordBytes = 1024;
    private const int MostRecordBytes = 64 * 1024 * 1024;

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

            Validate(faults, key, settings);
        }

        return faults.Build();
    }

    private static void Validate(ValidateOptionsResultBuilder faults, string key, StreamOptions stream)
    {
        if (stream.MaxRecordBytes is < LeastRecordBytes or > MostRecordBytes)
        {
            faults.AddError($"{key}:MaxRecordBytes is {stream.MaxRecordBytes}; use 1KiB to 64MiB.");
        }

        if (stream.Retention.Bytes is < LeastBytes)
        {
            faults.AddError($"{key}:Retention:Bytes is {stream.Retention.Bytes}; use at least 64KiB, or none for no limit.");
        }

        if (stream.Retention.Age < TimeSpan.FromSeconds(1))
        {
            faults.AddError($"{key}:Retention:Age is {stream.Retention.Age}; use at least 1s, or none for no limit.");
        }

        if (stream.Retention.Records is < 1)
        {
            faults.AddError($"{key}:Retention:Records is {stream.Retention.Records}; use at least 1, or none for no limit.");
        }
    }
}
