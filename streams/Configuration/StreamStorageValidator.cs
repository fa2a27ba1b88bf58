using Microsoft.Extensions.Options;
using Roost.Storage;

namespace Roost.Streams.Configuration;

internal sealed class StreamStorageValidator : IValidateOptions<StreamStorageOptions>
{
    private const long LeastTotalBytes = 16 * 1024 * 1024;

    public ValidateOptionsResult Validate(string? name, StreamStorageOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.MaxTotalBytes < LeastTotalBytes)
        {
            faults.AddError($"{StreamStorageOptions.Section}:MaxTotalBytes is {options.MaxTotalBytes}; use at least 16MiB, or none for no limit but the disk.");
        }

        if (options.Gather < TimeSpan.Zero || options.Gather > TimeSpan.FromSeconds(1))
        {
            faults.AddError($"{StreamStorageOptions.Section}:Gather is {Duration.Format(options.Gather)}; use 0 to 1s.");
        }

        if (options.KeepFreeBytes < 0)
        {
            faults.AddError($"{StreamStorageOptions.Section}:KeepFreeBytes is {options.KeepFreeBytes}; use 0 or more.");
        }

        return faults.Build();
    }
}
