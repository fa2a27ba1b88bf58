using Microsoft.Extensions.Options;
using Roost.Streams.Export.Gates;

namespace Roost.Streams.Configuration;

/// <summary>What the exports to all kinds of targets share.</summary>
internal static class ExportValidator
{
    private const int MostMessages = 10_000;
    private const int MostBatches = 64;
    private const int MostRecords = 100_000;
    private const int LeastBytes = 1024;
    private const int MostBytes = 64 * 1024 * 1024;
    private const long MostRate = 10_000_000;
    private const long LeastBandwidth = 128;
    private static readonly TimeSpan s_mostLinger = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_leastWait = TimeSpan.FromMilliseconds(10);

    public static void Validate(ValidateOptionsResultBuilder faults, string key, ExportOptions export)
    {
        if (export.EffectiveName is { Length: < 1 or > 64 } || !export.EffectiveName.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.'))
        {
            faults.AddError($"{key}:Name is '{export.Name}'; use 1 to 64 of a-z, A-Z, 0-9, '-', '_' and '.'.");
        }

        var (most, what) = export.To == ExportTarget.Mqtt ? (MostMessages, "messages") : (MostBatches, "batches");
        if (export.MaxInflight is { } inflight && (inflight < 1 || inflight > most))
        {
            faults.AddError($"{key}:MaxInflight is {inflight}; use 1 to {most} {what}.");
        }

        if (export.Priority is < 1 or > 9)
        {
            faults.AddError($"{key}:Priority is {export.Priority}; use 1, which goes first, to 9.");
        }

        ValidateKind(faults, key, export);
        ValidateBatch(faults, $"{key}:Batch", export.Batch);
        ValidateLimit(faults, $"{key}:Limit", export.Limit);
        ValidateRetry(faults, $"{key}:Retry", export.Retry);
        for (var i = 0; i < export.Windows.Count; i++)
        {
            if (!ScheduleWindow.TryParse(export.Windows[i], out _))
            {
                faults.AddError($"{key}:Windows:{i} is '{export.Windows[i]}'; {ScheduleWindow.Rule}.");
            }
        }

        if (export.OnlyIf is { } program && !Path.IsPathFullyQualified(program))
        {
            faults.AddError($"{key}:OnlyIf is '{program}'; use the full path of a program.");
        }
    }

    /// <summary>What is written for another kind of target would be passed over in silence.</summary>
    private static void ValidateKind(ValidateOptionsResultBuilder faults, string key, ExportOptions export)
    {
        foreach (var (name, kind, isSet) in new[]
        {
            ("Topic", ExportTarget.Mqtt, export.Topic.Length > 0),
            ("S3", ExportTarget.S3, export.S3 is not null),
            ("Http", ExportTarget.Http, export.Http is not null),
            ("File", ExportTarget.File, export.File is not null),
        })
        {
            if (isSet && kind != export.To)
            {
                faults.AddError($"{key}:{name} is for to: {kind.ToString().ToLowerInvariant()}, and this export goes to {export.To.ToString().ToLowerInvariant()}; remove it, or change to.");
            }
        }
    }

    private static void ValidateBatch(ValidateOptionsResultBuilder faults, string key, ExportBatchOptions? batch)
    {
        if (batch?.Records is < 1 or > MostRecords)
        {
            faults.AddError($"{key}:Records is {batch.Records}; use 1 to {MostRecords}.");
        }

        if (batch?.Bytes is < LeastBytes or > MostBytes)
        {
            faults.AddError($"{key}:Bytes is {batch.Bytes}; use 1KiB to 64MiB.");
        }

        if (batch?.Linger is { } linger && (linger < TimeSpan.Zero || linger > s_mostLinger))
        {
            faults.AddError($"{key}:Linger is {linger}; use 0s to 1h.");
        }
    }

    private static void ValidateLimit(ValidateOptionsResultBuilder faults, string key, ExportLimitOptions limit)
    {
        if (limit.Rate is < 1 or > MostRate)
        {
            faults.AddError($"{key}:Rate is {limit.Rate}; use 1 to {MostRate} records a second, or none.");
        }

        if (limit.BandwidthBytes < LeastBandwidth)
        {
            faults.AddError($"{key}:BandwidthBytes is {limit.BandwidthBytes}; use at least {LeastBandwidth} bytes a second, or none.");
        }
    }

    private static void ValidateRetry(ValidateOptionsResultBuilder faults, string key, ExportRetryOptions retry)
    {
        if (retry.First < s_leastWait || retry.First > TimeSpan.FromHours(1))
        {
            faults.AddError($"{key}:First is {retry.First}; use 10ms to 1h.");
        }

        if (retry.Max < retry.First || retry.Max > TimeSpan.FromDays(1))
        {
            faults.AddError($"{key}:Max is {retry.Max}; use at least First ({retry.First}) and at most 1d.");
        }

        if (retry.MaxAge is { } age && age < TimeSpan.FromSeconds(1))
        {
            faults.AddError($"{key}:MaxAge is {age}; use at least 1s, or none.");
        }
    }
}
