using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Streams.Export.Encryption;
using Roost.Streams.Export.Targets;
using Roost.Streams.Signing;

namespace Roost.Streams.Export.S3;

/// <summary>Exports to object stores.</summary>
internal sealed class S3TargetFactory(IOptions<CloudS3Options> store, GatewayIdentity gateway, IStreamSecrets secrets, TimeProvider clock, ILogger<S3TargetFactory> logger) : IExportTargetFactory
{
    private const int LeastPartBytes = 5 * 1024 * 1024; // S3's own bound
    private const int MostPartBytes = 64 * 1024 * 1024;

    public ExportTarget Kind => ExportTarget.S3;

    /// <summary>Few and large objects: a request costs money, and reading a thousand small objects takes long.</summary>
    public BatchLimits Defaults { get; } = new(Records: 100_000, Bytes: 8 * 1024 * 1024, Linger: TimeSpan.FromMinutes(1), Inflight: 4);

    public string Destination(ExportOptions export) => $"s3://{Bucket(export)}/{(export.S3 ?? new()).Prefix} at {S3Place.HostOf(store.Value)}";

    public IExportTarget Create(ExportOptions export, ExportIdentity identity)
    {
        var options = export.S3 ?? new ExportS3Options();
        if (!ObjectKeyTemplate.TryParse(options.Prefix, identity, out var keys, out var fault))
        {
            throw new FormatException($"The prefix '{options.Prefix}' of export {identity.Name} of stream '{identity.Stream}' is wrong: {fault}.");
        }

        var place = new S3Place(store.Value, Bucket(export)!, options.PartSizeBytes, options.StorageClass, secrets);
        return new S3Target(place, keys, export.Format, export.Compress ?? BatchCompression.Gzip, options.Encrypt, () => gateway.Id, clock, logger);
    }

    public void Validate(ValidateOptionsResultBuilder faults, string key, ExportOptions export)
    {
        var options = export.S3 ?? new ExportS3Options();
        if (store.Value is { Endpoint: null, Region: null })
        {
            faults.AddError($"{key}:To is s3, and cloud.s3 has neither endpoint nor region; set cloud.s3.endpoint, or cloud.s3.region for Amazon's.");
        }

        if (Bucket(export) is not { } bucket)
        {
            faults.AddError($"{key}:S3:Bucket is missing, and so is cloud.s3.bucket; set one of them.");
        }
        else if (!ObjectKeyTemplate.IsBucket(bucket))
        {
            faults.AddError($"{key}:S3:Bucket is '{bucket}'; {ObjectKeyTemplate.BucketRemedy}.");
        }

        if (StreamName.TryParse(export.Stream, out var stream) && !ObjectKeyTemplate.TryParse(options.Prefix, new ExportIdentity(stream, export.EffectiveName), out _, out var fault))
        {
            faults.AddError($"{key}:S3:Prefix is '{options.Prefix}'; {fault}.");
        }

        if (options.PartSizeBytes is < LeastPartBytes or > MostPartBytes)
        {
            faults.AddError($"{key}:S3:PartSizeBytes is {options.PartSizeBytes}; use 5MiB to 64MiB.");
        }

        if (options.StorageClass is { } storageClass && (storageClass.Length == 0 || !storageClass.All(letter => char.IsAsciiLetterUpper(letter) || char.IsAsciiDigit(letter) || letter == '_')))
        {
            faults.AddError($"{key}:S3:StorageClass is '{storageClass}'; use one like STANDARD_IA.");
        }

        if (options.Encrypt is { } encrypt)
        {
            ExportKey.Validate(faults, $"{key}:S3:Encrypt", encrypt);
        }
    }

    private string? Bucket(ExportOptions export) => export.S3?.Bucket ?? store.Value.Bucket;
}
