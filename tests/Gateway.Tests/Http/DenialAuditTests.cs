using Roost.Gateway.Http.Access;
using Roost.Gateway.Tests.Support;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Http;

/// <summary>What the audit holds of requests that were denied. A daemon for each test, as one minute's entries are bounded.</summary>
public sealed class DenialAuditTests
{
    private TemporaryFolder _folder = null!;
    private SecureDaemon _daemon = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _daemon = await SecureDaemon.StartAsync(_folder);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_denial_is_in_the_audit_and_neither_a_secret_nor_the_query_with_it()
    {
        var (token, id) = await _daemon.MakeTokenAsync();
        using var client = _daemon.Client(token: token);
        using var answer = await client.GetAsync("/things/denied/shadow?x=hidden");
        Assert.That((int)answer.StatusCode, Is.EqualTo(403));

        await Eventually.IsTrueAsync(async () => (await AuditAsync()).Contains("\"resource\":\"GET /things/denied/shadow\"", StringComparison.Ordinal), "the denial in the audit");
        var audit = await AuditAsync();
        Assert.That(audit, Does.Contain("deny.http").And.Contain($"\"principal\":\"token/{id}\"").And.Contain("No policy allows iot:GetThingShadow on thing/denied."));
        Assert.That(audit, Does.Not.Contain(token).And.Not.Contain("hidden"));
    }

    [Test]
    public async Task Who_knocks_without_end_does_not_fill_the_audit()
    {
        using var client = _daemon.Client();
        for (var i = 0; i < DenialNotes.MostOfAddress + 15; i++)
        {
            using var answer = await client.GetAsync($"/things/knock-{i}/shadow");
        }

        await Eventually.IsTrueAsync(async () => (await AuditAsync()).Contains($"knock-{DenialNotes.MostOfAddress - 1}/", StringComparison.Ordinal), "the last entry of the address");
        Assert.That(await AuditAsync(), Does.Not.Contain($"knock-{DenialNotes.MostOfAddress}/"));
    }

    private Task<string> AuditAsync() => _daemon.GetLocallyAsync("/api/v1/audit");
}
