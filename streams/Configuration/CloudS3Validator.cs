using Microsoft.Extensions.Options;
using Roost.Streams.Credentials;
using Roost.Streams.Export.S3;

namespace Roost.Streams.Configuration;

internal sealed class CloudS3Validator : IValidateOptions<CloudS3Options>
{
    private const string Section = CloudS3Options.Section;

    public ValidateOptionsResult Validate(string? name, CloudS3Options options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.Endpoint is { } endpoint && (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.PathAndQuery != "/"))
        {
            faults.AddError($"{Section}:Endpoint is no address of a store; use https://HOST:PORT, without bucket, user name and password.");
        }

        if (options.Bucket is { } bucket && !ObjectKeyTemplate.IsBucket(bucket))
        {
            faults.AddError($"{Section}:Bucket is '{bucket}'; {ObjectKeyTemplate.BucketRemedy}.");
        }

        if (options.Region is { } region && (region.Length == 0 || !region.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')))
        {
            faults.AddError($"{Section}:Region is '{region}'; use one like eu-central-1.");
        }

        if (options.Proxy is { } proxy && (!Uri.TryCreate(proxy, UriKind.Absolute, out var address) || address.Scheme != "http"))
        {
            faults.AddError($"{Section}:Proxy is no address of a proxy; use http://HOST:PORT.");
        }

        if (options.Timeout < TimeSpan.FromSeconds(1) || options.Timeout > TimeSpan.FromMinutes(10))
        {
            faults.AddError($"{Section}:Timeout is {options.Timeout}; use 1s to 10m.");
        }

        ValidateCredentials(faults, options);
        MustExist(faults, nameof(options.Ca), options.Ca);
        MustExist(faults, nameof(options.SecretAccessKeyFile), options.SecretAccessKeyFile);
        return faults.Build();
    }

    private static void ValidateCredentials(ValidateOptionsResultBuilder faults, CloudS3Options options)
    {
        if (options is { SecretAccessKey: not null, SecretAccessKeyFile: not null })
        {
            faults.AddError($"{Section}:SecretAccessKeyFile is set and so is a secret; use one of them.");
        }

        SecretNames.ValidateAlone(
            faults, $"{Section}:SecretAccessKeySecret", options.SecretAccessKeySecret, ("secret-access-key", options.SecretAccessKey is not null), ("secret-access-key-file", options.SecretAccessKeyFile is not null));
        var hasSecret = (options.SecretAccessKey ?? options.SecretAccessKeyFile ?? options.SecretAccessKeySecret) is not null;
        if (options.AccessKeyId is null && (hasSecret || options.SessionToken is not null))
        {
            faults.AddError($"{Section}:AccessKeyId is missing; set it beside its secret, or leave out both for those of the environment.");
        }

        if (options.AccessKeyId is not null && !hasSecret)
        {
            faults.AddError($"{Section}:SecretAccessKeyFile is missing; name the file that holds the secret of the access key, or the secret with secret-access-key-secret.");
        }
    }

    private static void MustExist(ValidateOptionsResultBuilder faults, string key, string? file)
    {
        if (file is not null && !File.Exists(file))
        {
            faults.AddError($"{Section}:{key} names {file}, which is not there or cannot be read; use the full path of a file that the daemon may read.");
        }
    }
}
