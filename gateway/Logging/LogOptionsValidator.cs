using Microsoft.Extensions.Options;

namespace Roost.Gateway.Logging;

internal sealed class LogOptionsValidator : IValidateOptions<LogOptions>
{
    public ValidateOptionsResult Validate(string? name, LogOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.MaxFileBytes is < 64 * 1024 or > 1024L * 1024 * 1024)
        {
            faults.AddError($"{LogOptions.Section}:MaxFileBytes is out of range ({options.MaxFileBytes}); use 64KiB to 1GiB");
        }

        if (options.KeepFiles is < 0 or > 100)
        {
            faults.AddError($"{LogOptions.Section}:KeepFiles is out of range ({options.KeepFiles}); use 0 to 100");
        }

        return faults.Build();
    }
}
