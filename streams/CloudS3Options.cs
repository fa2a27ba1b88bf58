namespace Roost.Streams;

/// <summary>The object store that exports <c>to: s3</c> put their batches into.</summary>
public sealed class CloudS3Options
{
    public const string Section = "Cloud:S3";

    /// <summary>Address of a store that speaks S3, <c>https://</c> or <c>http://</c>. Null: Amazon's, in <see cref="Region"/>.</summary>
    public string? Endpoint { get; set; }

    /// <summary>For exports that name none of their own.</summary>
    public string? Bucket { get; set; }

    /// <summary>Null: <c>us-east-1</c> for stores other than Amazon's, which mostly ignore it. Must be set for Amazon's.</summary>
    public string? Region { get; set; }

    /// <summary>Null, with no secret either: the environment (<c>AWS_ACCESS_KEY_ID</c> and so on), then the shared credentials file of AWS's tools.</summary>
    public string? AccessKeyId { get; set; }

    /// <summary>Better kept out of the file: set it by environment, or use <see cref="SecretAccessKeyFile"/>.</summary>
    public string? SecretAccessKey { get; set; }

    /// <summary>A file that holds the secret; read at each request, so that it can be changed without a restart.</summary>
    public string? SecretAccessKeyFile { get; set; }

    /// <summary>The gateway's secret (<c>roost secret set</c>) that is the key's, asked for at each request. In place of the two above.</summary>
    public string? SecretAccessKeySecret { get; set; }

    /// <summary>Of temporary credentials.</summary>
    public string? SessionToken { get; set; }

    /// <summary>True: the bucket stands in the path, not in the host's name. Null: true for stores other than Amazon's.</summary>
    public bool? PathStyle { get; set; }

    /// <summary>Certificates that the store's is checked against (PEM). Null: those of the machine.</summary>
    public string? Ca { get; set; }

    /// <summary>A proxy, like <c>http://10.0.0.1:3128</c>. Null: none, whatever the environment says.</summary>
    public string? Proxy { get; set; }

    /// <summary>Longest silence: for the connection, between two steps of the sending, and from its end to the whole answer. Default 1 min, 1 s to 10 min.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(1);

    internal string EffectiveRegion => Region ?? "us-east-1";

    internal bool EffectivePathStyle => PathStyle ?? Endpoint is not null;
}
