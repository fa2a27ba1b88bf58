using Microsoft.Extensions.Options;
using Roost.LocalLambda.Isolation;

namespace Roost.LocalLambda;

internal sealed class FunctionOptionsValidator : IValidateOptions<FunctionOptions>
{
    public ValidateOptionsResult Validate(string? name, FunctionOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        Require(options.Folder.Length > 0, nameof(options.Folder), options.Folder, "name a folder");
        Require(options.DataFolder.Length > 0, nameof(options.DataFolder), options.DataFolder, "name a folder");
        Require(options.MaxCodeBytes >= 1024 * 1024, nameof(options.MaxCodeBytes), options.MaxCodeBytes, "use at least 1 MiB");
        Require(Enum.IsDefined(options.Isolation), nameof(options.Isolation), options.Isolation, "use required or none");
        Require(options.InitTimeout >= TimeSpan.FromSeconds(1) && options.InitTimeout <= TimeSpan.FromMinutes(15), nameof(options.InitTimeout), options.InitTimeout, "use 1 s to 15 min");
        Require(options.DrainTimeout >= TimeSpan.Zero && options.DrainTimeout <= TimeSpan.FromMinutes(15), nameof(options.DrainTimeout), options.DrainTimeout, "use 0 s to 15 min");
        Require(options.MaxWorkers is >= 2 and <= 4096, nameof(options.MaxWorkers), options.MaxWorkers, "use 2 to 4096");
        Require(options.MaxProcesses is >= 16 and <= 4096, nameof(options.MaxProcesses), options.MaxProcesses, "use 16 to 4096");
        Require(options.Spares is >= 0 and <= 16, nameof(options.Spares), options.Spares, "use 0 to 16");
        Require(options.LogRetentionBytes >= 64 * 1024, nameof(options.LogRetentionBytes), options.LogRetentionBytes, "use at least 64 KiB");
        Require(options.LogRetentionAge == TimeSpan.Zero || options.LogRetentionAge >= TimeSpan.FromMinutes(1), nameof(options.LogRetentionAge), options.LogRetentionAge, "use 1 min or more, or 0 for no limit");
        Require(options.LogRateBytes >= 1024, nameof(options.LogRateBytes), options.LogRateBytes, "use at least 1 KiB");
        Require(options.QueueBytes >= 4 * 1024 * 1024, nameof(options.QueueBytes), options.QueueBytes, "use at least 4 MiB");
        Require(options.DeadLetterBytes >= 4 * 1024 * 1024, nameof(options.DeadLetterBytes), options.DeadLetterBytes, "use at least 4 MiB");
        Require(options.EndpointRequestsPerSecond is >= 1 and <= 100_000, nameof(options.EndpointRequestsPerSecond), options.EndpointRequestsPerSecond, "use 1 to 100000");
        Require(options.EndpointBodyBytes is >= 256 * 1024 and <= 1024L * 1024 * 1024, nameof(options.EndpointBodyBytes), options.EndpointBodyBytes, "use 256 KiB to 1 GiB");
        foreach (var device in options.Devices)
        {
            var fault = DeviceGrants.FaultOfName(device);
            Require(fault is null, nameof(options.Devices), device, fault ?? "");
        }

        return faults.Build();

        void Require(bool holds, string key, object value, string remedy)
        {
            if (!holds)
            {
                faults.AddError($"{FunctionOptions.Section}:{key} is '{value}'; {remedy}.");
            }
        }
    }
}
