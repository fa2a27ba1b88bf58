using Microsoft.Extensions.Options;
using Roost.Streams.Credentials;
using Roost.Streams.Export.Targets;
using Roost.Streams.Export.Web;
using Roost.Streams.Signing;

namespace Roost.Streams.Tests.Export.Web;

public sealed class HttpTargetFactoryTests
{
    private readonly HttpTargetFactory _factory = new(new GatewayIdentity("/nonexistent"), new NoStreamSecrets(), TimeProvider.System);

    [Test]
    public void Only_an_address_is_needed() =>
        Assert.That(Faults(new ExportHttpOptions { Url = "https://example.com/batches", Headers = { ["X-Site"] = "17" }, Proxy = "http://user:password@10.0.0.1:3128" }), Is.Empty);

    [Test]
    public void Every_fault_is_told_at_once()
    {
        var faults = Faults(new ExportHttpOptions
        {
            Url = "https://user:password@example.com",
            Proxy = "socks5://127.0.0.1",
            Timeout = TimeSpan.Zero,
            AuthorizationFile = "/nonexistent/authorization",
            BearerTokenFile = "/nonexistent/token",
            HmacKeyFile = "/nonexistent/hmac",
            Ca = "/nonexistent/ca",
            Certificate = "/nonexistent/certificate",
            UserAgent = "ro\r\nost",
            Headers = { ["authorization"] = "Basic x", ["Content-Length"] = "0", ["Roost-Stream"] = "x", ["X Y"] = "1", ["X-Line"] = "a\r\nb" },
        });

        foreach (var key in new[] { "Url", "Proxy", "Timeout", "AuthorizationFile", "BearerTokenFile", "HmacKeyFile", "Ca", "Certificate", "UserAgent", "Headers:authorization", "Headers:Content-Length", "Headers:Roost-Stream", "Headers:X Y", "Headers:X-Line" })
        {
            Assert.That(faults, Has.Some.StartsWith($"Cloud:Exports:3:Http:{key} "), key);
        }

        Assert.That(string.Concat(faults), Does.Contain("use authorization-secret or bearer-token-secret (or -file)").And.Not.Contain("user:password"));
    }

    [Test]
    public void Without_its_section_there_is_nowhere_to_go() =>
        Assert.That(Faults(null), Has.Some.StartsWith("Cloud:Exports:3:Http is missing"));

    [Test]
    public void The_destination_shows_no_query() =>
        Assert.That(_factory.Destination(new ExportOptions { Http = new ExportHttpOptions { Url = "https://example.com/a?key=secret" } }), Is.EqualTo("https://example.com/a"));

    private List<string> Faults(ExportHttpOptions? http)
    {
        var faults = new ValidateOptionsResultBuilder();
        _factory.Validate(faults, "Cloud:Exports:3", new ExportOptions { To = ExportTarget.Http, Http = http });
        return [.. faults.Build().Failures ?? []];
    }
}
