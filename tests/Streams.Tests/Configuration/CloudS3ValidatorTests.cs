using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Roost.Streams.Configuration;
using Roost.Streams.Credentials;
using Roost.Streams.Export.S3;
using Roost.Streams.Signing;

namespace Roost.Streams.Tests.Configuration;

public sealed class CloudS3ValidatorTests
{
    [Test]
    public void Without_a_store_there_is_nothing_to_say() => Assert.That(Faults(new CloudS3Options()), Is.Empty);

    [Test]
    public void A_store_in_the_own_house_and_one_of_Amazons_are_valid()
    {
        Assert.That(Faults(new CloudS3Options { Endpoint = "http://10.0.0.5:9000", Bucket = "fleet", AccessKeyId = "a", SecretAccessKey = "b" }), Is.Empty);
        Assert.That(Faults(new CloudS3Options { Region = "eu-central-1", Bucket = "fleet" }), Is.Empty, "with the environment's keys");
    }

    [Test]
    public void Every_fault_of_the_store_is_told_at_once_and_without_the_secret()
    {
        var faults = Faults(new CloudS3Options
        {
            Endpoint = "s3.example.com/fleet", Bucket = "My_Bucket", Region = "Frankfurt", SecretAccessKey = "hush", SecretAccessKeyFile = "/nonexistent/secret",
            Ca = "/nonexistent/ca", Proxy = "socks5://10.0.0.1", Timeout = TimeSpan.Zero,
        });

        foreach (var key in new[] { "Endpoint", "Bucket", "Region", "SecretAccessKeyFile", "AccessKeyId", "Ca", "Proxy", "Timeout" })
        {
            Assert.That(faults, Has.Some.StartsWith($"Cloud:S3:{key}"), key);
        }

        Assert.That(faults, Has.None.Contains("hush"));
    }

    [Test]
    public void An_access_key_needs_its_secret() => Assert.That(Faults(new CloudS3Options { AccessKeyId = "a" }), Has.One.StartsWith("Cloud:S3:SecretAccessKeyFile is missing"));

    [Test]
    public void An_export_needs_a_store_and_a_bucket() =>
        Assert.That(ExportFaults(new CloudS3Options(), null), Has.Some.Contains("neither endpoint nor region").And.Some.StartsWith("Cloud:Exports:0:S3:Bucket is missing"));

    [Test]
    public void An_export_is_checked_for_what_cannot_work()
    {
        var faults = ExportFaults(
            new CloudS3Options { Region = "eu-central-1" },
            new ExportS3Options { Bucket = "Fleet", Prefix = "{robot}/", PartSizeBytes = 1024, StorageClass = "cold", Encrypt = new ExportEncryptionOptions { KeyFile = "/nonexistent/key", KeyId = "a b" } });

        foreach (var key in new[] { "Bucket", "Prefix", "PartSizeBytes", "StorageClass", "Encrypt:KeyFile", "Encrypt:KeyId" })
        {
            Assert.That(faults, Has.Some.StartsWith($"Cloud:Exports:0:S3:{key}"), key);
        }
    }

    [Test]
    public void What_is_shown_to_people_is_where_it_goes() =>
        Assert.That(
            Factory(new CloudS3Options { Endpoint = "https://s3.example.com", Bucket = "fleet", AccessKeyId = "a", SecretAccessKey = "hush" }).Destination(new ExportOptions { Stream = "telemetry", To = ExportTarget.S3 }),
            Is.EqualTo("s3://fleet/{stream}/{date}/ at s3.example.com"));

    private static List<string> Faults(CloudS3Options options) => [.. new CloudS3Validator().Validate(null, options).Failures ?? []];

    private static List<string> ExportFaults(CloudS3Options store, ExportS3Options? export)
    {
        var faults = new ValidateOptionsResultBuilder();
        Factory(store).Validate(faults, "Cloud:Exports:0", new ExportOptions { Stream = "telemetry", To = ExportTarget.S3, S3 = export });
        return [.. faults.Build().Failures ?? []];
    }

    private static S3TargetFactory Factory(CloudS3Options store) => new(Options.Create(store), new GatewayIdentity("/nonexistent"), new NoStreamSecrets(), TimeProvider.System, NullLogger<S3TargetFactory>.Instance);
}
