using Microsoft.Extensions.Options;
using Roost.Storage;

namespace Roost.Shadow;

/// <summary>Finds every fault of the options at once, each with its remedy.</summary>
public sealed class ShadowOptionsValidator : IValidateOptions<ShadowOptions>
{
    internal const int MostDepth = 64;
    private const int LeastDocumentBytes = 64;
    private const int MostDocumentBytes = 64 * 1024; // half of the largest request, so that a whole document can always be sent
    private const long LeastHistoryBytes = 16 * 1024 * 1024; // the changes that are in the journal alone fit in it
    private const int MostNamed = 10_000;
    private const int MostInflight = 1_000_000;
    private const int MostRate = 1_000_000;
    private const int MostWatchers = 100_000;

    public ValidateOptionsResult Validate(string? name, ShadowOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (string.IsNullOrWhiteSpace(options.Folder))
        {
            faults.AddError($"{ShadowOptions.Section}:Folder is empty; name a folder on a disk.");
        }

        if (options.MaxDocumentBytes is < LeastDocumentBytes or > MostDocumentBytes)
        {
            faults.AddError($"{ShadowOptions.Section}:MaxDocumentBytes is {options.MaxDocumentBytes}; use {LeastDocumentBytes} to {MostDocumentBytes}.");
        }

        if (options.MaxNamed is < 0 or > MostNamed)
        {
            faults.AddError($"{ShadowOptions.Section}:MaxNamed is {options.MaxNamed}; use 0 to {MostNamed}.");
        }

        if (options.MaxDepth is < 1 or > MostDepth)
        {
            faults.AddError($"{ShadowOptions.Section}:MaxDepth is {options.MaxDepth}; use 1 to {MostDepth}.");
        }

        if (options.MaxInflight is < 0 or > MostInflight)
        {
            faults.AddError($"{ShadowOptions.Section}:MaxInflight is {options.MaxInflight}; use 1 to {MostInflight}, or 0 for no limit.");
        }

        if (options.RatePerThing is < 0 or > MostRate)
        {
            faults.AddError($"{ShadowOptions.Section}:RatePerThing is {options.RatePerThing}; use 1 to {MostRate} requests a second, or 0 for no limit.");
        }

        if (options.MaxWatchers is < 0 or > MostWatchers)
        {
            faults.AddError($"{ShadowOptions.Section}:MaxWatchers is {options.MaxWatchers}; use 0 to {MostWatchers}.");
        }

        if (!Enum.IsDefined(options.Durability))
        {
            faults.AddError($"{ShadowOptions.Section}:Durability is {options.Durability}; use power-loss, crash or memory.");
        }

        if (options.Gather < TimeSpan.Zero || options.Gather > TimeSpan.FromSeconds(1))
        {
            faults.AddError($"{ShadowOptions.Section}:Gather is {Duration.Format(options.Gather)}; use 0 to 1s.");
        }

        if (options.History.Bytes < LeastHistoryBytes)
        {
            faults.AddError($"{ShadowOptions.Section}:History:Bytes is {options.History.Bytes}; use {LeastHistoryBytes} or more.");
        }

        if (options.History.Age <= TimeSpan.Zero)
        {
            faults.AddError($"{ShadowOptions.Section}:History:Age is {options.History.Age}; use more than zero.");
        }

        return faults.Build();
    }
}
