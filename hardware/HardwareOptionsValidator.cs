using Microsoft.Extensions.Options;

namespace Roost.Hardware;

/// <summary>What can be said of the configuration without looking at the machine: lines and sensors that are not there are told while it runs.</summary>
internal sealed partial class HardwareOptionsValidator : IValidateOptions<HardwareOptions>
{
    public ValidateOptionsResult Validate(string? name, HardwareOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        var points = new Dictionary<(string Thing, string Property), string>();
        ValidateGpio(options, points, faults);
        ValidateSensors(options, points, faults);
        return faults.Build();
    }
}
