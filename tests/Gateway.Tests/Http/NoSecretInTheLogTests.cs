using System.Text;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Http;

public sealed class NoSecretInTheLogTests
{
    [Test]
    public async Task Nothing_that_a_request_shows_is_in_the_log_however_much_it_tells()
    {
        using var folder = new TemporaryFolder();
        await using (var daemon = await SecureDaemon.StartAsync(folder, "log: { level: trace }"))
        {
            var (token, id) = await daemon.MakeTokenAsync(null, "admin");
            using var client = daemon.Client();
            foreach (var (path, header) in new[]
            {
                ("/api/v1/status", $"Bearer {token}"),
                ($"/api/v1/status?token={token}", null),
                ("/api/v1/status", "Bearer roost_secretsecret"),
                ("/things/a/shadow", "AWS4-HMAC-SHA256 Credential=secretsecret"),
                ("/things/a/shadow?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIASECRETSECRET&X-Amz-Signature=secretsecret", null),
                ("/things/%2e%2e/x?x=secretsecret", null),
            })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path);
                request.Headers.TryAddWithoutValidation("Authorization", header);
                using var answer = await client.SendAsync(request);
                Assert.That(await answer.Content.ReadAsStringAsync(), Does.Not.Contain("secretsecret").And.Not.Contain(token));
            }

            await File.WriteAllTextAsync(folder["token"], token);
            Assert.That(id, Is.Not.Empty);
        }

        var log = new StringBuilder();
        foreach (var file in Directory.EnumerateFiles(folder["data/log"]))
        {
            log.Append(await File.ReadAllTextAsync(file));
        }

        Assert.That(log.ToString(), Does.Contain("DBG").Or.Contain("TRC").Or.Contain("INF"), "there is a log");
        Assert.That(log.ToString(), Does.Not.Contain("secretsecret").And.Not.Contain(await File.ReadAllTextAsync(folder["token"])));
    }
}
