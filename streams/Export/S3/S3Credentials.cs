using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Roost.Streams.Credentials;

namespace Roost.Streams.Export.S3;

/// <summary>
/// The configured keys, else those that AWS's tools find without asking the network: environment, then the shared credentials file. Looked
/// up for each request, so that a change needs no restart.
/// </summary>
internal sealed class S3Credentials(CloudS3Options options, IStreamSecrets secrets) : AWSCredentials
{
    private const int MostSecretBytes = 4096;

    /// <exception cref="S3ConfigurationException">There are none, or a file cannot be read.</exception>
    /// <exception cref="SecretUnavailableException">The secret that is named is not there.</exception>
    public override ImmutableCredentials GetCredentials()
    {
        if (options.AccessKeyId is { } id)
        {
            return new ImmutableCredentials(id, Secret(), options.SessionToken);
        }

        try
        {
            return Found().GetCredentials();
        }
        catch (Exception exception) when (exception is AmazonClientException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new S3ConfigurationException($"The credentials of the environment or of AWS's shared credentials file cannot be used: {exception.Message}", exception);
        }
    }

    private string Secret() => options switch
    {
        { SecretAccessKey: { } secret } => secret,
        { SecretAccessKeySecret: { } name } => secrets.Get("cloud.s3.secret-access-key-secret", name).Trim(),
        _ => SecretIn(options.SecretAccessKeyFile!),
    };

    private static AWSCredentials Found()
    {
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(EnvironmentVariablesAWSCredentials.ENVIRONMENT_VARIABLE_ACCESSKEY)))
        {
            return new EnvironmentVariablesAWSCredentials();
        }

        var profile = Environment.GetEnvironmentVariable("AWS_PROFILE") is { Length: > 0 } named ? named : SharedCredentialsFile.DefaultProfileName;
        return new CredentialProfileStoreChain().TryGetAWSCredentials(profile, out var credentials)
            ? credentials
            : throw new S3ConfigurationException("There are no credentials: set cloud.s3.access-key-id and cloud.s3.secret-access-key-secret (or -file).");
    }

    private static string SecretIn(string file)
    {
        try
        {
            if (new FileInfo(file).Length <= MostSecretBytes && File.ReadAllText(file).Trim() is { Length: > 0 } secret)
            {
                return secret;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new S3ConfigurationException($"cloud.s3.secret-access-key-file ({file}) cannot be read: {exception.Message}", exception);
        }

        throw new S3ConfigurationException($"cloud.s3.secret-access-key-file ({file}) holds no secret: it is empty or larger than {MostSecretBytes} bytes.");
    }
}
