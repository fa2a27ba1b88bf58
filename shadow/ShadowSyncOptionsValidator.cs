using Microsoft.Extensions.Options;

namespace Roost.Shadow;

/// <summary>Finds every fault of the options at once, each with its remedy.</summary>
public sealed class ShadowSyncOptionsValidator : IValidateOptions<ShadowSyncOptions>
{
    private const string Section = ShadowSyncOptions.Section;

    public ValidateOptionsResult Validate(string? name, ShadowSyncOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        for (var i = 0; i < options.Sync.Count; i++)
        {
            ValidateRule(faults, $"{Section}:Sync:{i}", options.Sync[i]);
        }

        CheckTime(faults, nameof(options.Period), options.Period, TimeSpan.FromDays(1), "1s to 1d");
        CheckTime(faults, nameof(options.RequestTimeout), options.RequestTimeout, TimeSpan.FromMinutes(5), "1s to 5m");
        CheckTime(faults, nameof(options.RetryMax), options.RetryMax, TimeSpan.FromDays(1), "1s to 1d");
        if (options.MaxInflight is < 1 or > 100)
        {
            faults.AddError($"{Section}:MaxInflight is {options.MaxInflight}; use 1 to 100.");
        }

        if (options.MaxRate is < 1 or > 10_000)
        {
            faults.AddError($"{Section}:MaxRate is {options.MaxRate}; use 1 to 10000 requests in a second.");
        }

        return faults.Build();
    }

    private static void ValidateRule(ValidateOptionsResultBuilder faults, string key, ShadowSyncRule rule)
    {
        if (ShadowId.FaultOfThing(Filled(rule.Things)) is not null)
        {
            faults.AddError($"{key}:Things is '{rule.Things}'; use the name of a thing (1 to 128 of a-z, A-Z, 0-9, ':', '_' and '-'), with * for any characters.");
        }

        if (rule.Shadows.Count == 0)
        {
            faults.AddError($"{key}:Shadows is empty; name shadows, or leave it out for all of them.");
        }

        foreach (var shadow in rule.Shadows)
        {
            if (ShadowId.FaultOfName(Filled(shadow)) is not null)
            {
                faults.AddError($"{key}:Shadows has '{shadow}'; use names of shadows (1 to 64 of a-z, A-Z, 0-9, '$', ':', '_' and '-'), with * for any characters, or classic.");
            }
        }
    }

    private static void CheckTime(ValidateOptionsResultBuilder faults, string key, TimeSpan value, TimeSpan most, string range)
    {
        if (value < TimeSpan.FromSeconds(1) || value > most)
        {
            faults.AddError($"{Section}:{key} is {value}; use {range}.");
        }
    }

    // A star may stand for a character that names may have.
    private static string Filled(string pattern) => pattern.Replace('*', '_');
}
