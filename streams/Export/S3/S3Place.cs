namespace Roost.Streams.Export.S3;

/// <summary>Where the objects of one export go.</summary>
/// <param name="Secrets">What the store's options name.</param>
/// <param name="StorageClass">Null: the bucket's own.</param>
internal sealed record S3Place(CloudS3Options Store, string Bucket, int PartBytes, string? StorageClass, IStreamSecrets Secrets)
{
    /// <summary>For people.</summary>
    public string Name { get; } = $"bucket {Bucket} at {HostOf(Store)}";

    public static string HostOf(CloudS3Options store) =>
        store.Endpoint is { } endpoint && Uri.TryCreate(endpoint, UriKind.Absolute, out var url) ? url.Authority : $"Amazon S3 in {store.EffectiveRegion}";
}
