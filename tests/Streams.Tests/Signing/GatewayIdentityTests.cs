using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Roost.Streams.Signing;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Signing;

public sealed class GatewayIdentityTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Make() => _folder = new TemporaryFolder();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void The_key_is_made_once_and_readable_to_its_user_alone()
    {
        var identity = new GatewayIdentity(_folder["streams"]);
        var id = identity.Id;

        Assert.That(id, Does.Match("^[0-9a-f]{16}$"));
        Assert.That(new GatewayIdentity(_folder["streams"]).Id, Is.EqualTo(id));
        Assert.That(new GatewayIdentity(_folder["other"]).Id, Is.Not.EqualTo(id));
        var file = Directory.GetFiles(_folder["streams"]).Single();
        Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public void A_key_that_is_damaged_is_named_and_never_replaced()
    {
        File.WriteAllText(_folder[GatewayIdentity.FileName], "-----BEGIN nonsense");

        Assert.That(() => new GatewayIdentity(_folder.Path).Id, Throws.InstanceOf<GatewayKeyException>().With.Message.Contains(_folder[GatewayIdentity.FileName]));
        Assert.That(File.ReadAllText(_folder[GatewayIdentity.FileName]), Is.EqualTo("-----BEGIN nonsense"));
    }

    [Test]
    public async Task The_daemon_signs_manifests_of_its_own_and_nothing_else()
    {
        await using var host = await StreamsHost.StartAsync(_folder.Path, "telemetry");
        using var gateway = JsonDocument.Parse(await host.Http.GetStringAsync(new Uri("/api/v1/gateway", UriKind.Relative)));
        var id = gateway.RootElement.GetProperty("id").GetString();
        var manifest = $$"""{"format":"roost-export","gateway":"{{id}}"}""";

        var (status, signature) = await SignAsync(host, manifest);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        using var key = ECDsa.Create();
        key.ImportFromPem(gateway.RootElement.GetProperty("publicKey").GetString());
        Assert.That(key.VerifyData(Encoding.UTF8.GetBytes(manifest), signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence), Is.True);
        Assert.That(GatewayIdentity.IdOf(key.ExportSubjectPublicKeyInfo()), Is.EqualTo(id));

        foreach (var other in new[] { "", "x", "[]", "{}", """{"format":"roost-export","gateway":"0123456789abcdef"}""", $$"""{"format":"other","gateway":"{{id}}"}""", $$"""{"format":1,"gateway":"{{id}}"}""" })
        {
            Assert.That((await SignAsync(host, other)).Status, Is.EqualTo(HttpStatusCode.BadRequest), other);
        }

        Assert.That((await SignAsync(host, new string(' ', 5_000_000))).Status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    private static async Task<(HttpStatusCode Status, byte[] Answer)> SignAsync(StreamsHost host, string manifest)
    {
        using var body = new StringContent(manifest);
        using var answer = await host.Http.PostAsync(new Uri("/api/v1/gateway/manifest-signature", UriKind.Relative), body);
        return (answer.StatusCode, await answer.Content.ReadAsByteArrayAsync());
    }
}
