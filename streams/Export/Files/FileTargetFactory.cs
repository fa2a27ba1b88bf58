using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Streams.Export.Targets;
using Roost.Streams.Signing;

namespace Roost.Streams.Export.Files;

/// <summary>Exports to files in a folder.</summary>
internal sealed class FileTargetFactory(GatewayIdentity gateway, TimeProvider clock, ILogger<FileTarget> logger) : IExportTargetFactory
{
    private const long LeastFileBytes = 64 * 1024;
    private const long MostFileBytes = 2L * 1024 * 1024 * 1024; // FAT takes less than 4 GiB

    public ExportTarget Kind => ExportTarget.File;

    /// <summary>Each batch is a sync: of a stick, or of an SD card. One at a time: the file has them in order.</summary>
    public BatchLimits Defaults { get; } = new(Records: 5000, Bytes: 1024 * 1024, Linger: TimeSpan.FromSeconds(5), Inflight: 1);

    public string Destination(ExportOptions export) => export.File?.Folder ?? "";

    public IExportTarget Create(ExportOptions export, ExportIdentity identity) => new FileTarget(export, Mounts.Read, () => gateway.Id, clock, logger);

    public void Validate(ValidateOptionsResultBuilder faults, string key, ExportOptions export)
    {
        if (export.Compress == BatchCompression.Brotli)
        {
            faults.AddError($"{key}:Compress is brotli, of which a file can hold only one batch; use gzip or none.");
        }

        // What lies above the highest offset in the folder is new, and what lies below is there: only in order is that so.
        if (export.MaxInflight is > 1)
        {
            faults.AddError($"{key}:MaxInflight is {export.MaxInflight}; use 1: a file has its records in order.");
        }

        if (export.Backlog != BacklogOrder.InOrder)
        {
            faults.AddError($"{key}:Backlog is not in-order; leave it out: a file has its records in order.");
        }

        key = $"{key}:File";
        if (export.File is not { } file)
        {
            faults.AddError($"{key} is missing; write where to, like file: {{ folder: /srv/telemetry }}.");
            return;
        }

        if (!Path.IsPathFullyQualified(file.Folder))
        {
            faults.AddError($"{key}:Folder is '{file.Folder}'; use a full path, like /srv/telemetry.");
        }

        if (file.Mount is not (ExportFileOptions.AutomaticMount or ExportFileOptions.NoMount) && !IsAtOrAbove(file.Mount, file.Folder))
        {
            faults.AddError($"{key}:Mount is '{file.Mount}'; use the full path of a mount point that holds the folder, without a / at its end, or auto, or none.");
        }

        if (file.MaxFileBytes is < LeastFileBytes or > MostFileBytes)
        {
            faults.AddError($"{key}:MaxFileBytes is {file.MaxFileBytes}; use 64KiB to 2GiB.");
        }

        if (file.MaxAge < TimeSpan.FromSeconds(1) || file.MaxAge > TimeSpan.FromDays(30))
        {
            faults.AddError($"{key}:MaxAge is {file.MaxAge}; use 1s to 30d.");
        }

        if (file.Keep.Bytes is < 1)
        {
            faults.AddError($"{key}:Keep:Bytes is {file.Keep.Bytes}; use at least 1, or none for no limit.");
        }

        if (file.Keep.Files is < 1)
        {
            faults.AddError($"{key}:Keep:Files is {file.Keep.Files}; use at least 1, or none for no limit.");
        }
    }

    private static bool IsAtOrAbove(string mount, string folder) =>
        Path.IsPathFullyQualified(mount) && mount == Path.TrimEndingDirectorySeparator(Path.GetFullPath(mount))
        && (folder + "/").StartsWith(mount.TrimEnd('/') + "/", StringComparison.Ordinal);
}
