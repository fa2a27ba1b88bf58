using Microsoft.Extensions.Options;

namespace Roost.Gateway.Disks;

internal sealed class SdCardValidator : IValidateOptions<SdCardOptions>
{
    private const long Least = 1_000_000_000;
    private const long LeastWarned = 1_000_000;

    public ValidateOptionsResult Validate(string? name, SdCardOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.EnduranceBytes is < Least)
        {
            faults.AddError($"{SdCardOptions.Section}:EnduranceBytes is too small ({options.EnduranceBytes}); use 1GB or more, such as 40TB, or none");
        }

        if (options.WarnPerDayBytes is < LeastWarned)
        {
            faults.AddError($"{SdCardOptions.Section}:WarnPerDayBytes is too small ({options.WarnPerDayBytes}); use 1MB or more, or none");
        }

        return faults.Build();
    }
}
