using Microsoft.Extensions.Options;

namespace Roost.Identity;

internal sealed class AuditOptionsValidator : IValidateOptions<AuditOptions>
{
    private const long LeastBytes = 1024 * 1024;

    public ValidateOptionsResult Validate(string? name, AuditOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.Bytes < LeastBytes)
        {
            faults.AddError($"{AuditOptions.Section}:Bytes is {options.Bytes}; use 1MiB or more");
        }

        if (options.Age < TimeSpan.FromHours(1))
        {
            faults.AddError($"{AuditOptions.Section}:Age is {options.Age}; use 1h or more");
        }

        return faults.Build();
    }
}
