using Roost.Gateway.Audit;

namespace Roost.Gateway.Tests.Audit;

public sealed class AuditedRequestsTests
{
    [TestCase("GET", "/api/v1/streams/x", nameof(AuditedRequest.None))]
    [TestCase("PUT", "/api/v1/streams/x", nameof(AuditedRequest.Change))]
    [TestCase("DELETE", "/api/v1/streams/records", nameof(AuditedRequest.Change), Description = "a stream of that name")]
    [TestCase("POST", "/api/v1/streams/x/records", nameof(AuditedRequest.None))]
    [TestCase("POST", "/api/v1/streams/x/cursors/c/commit", nameof(AuditedRequest.None))]
    [TestCase("POST", "/api/v1/streams/x/repair", nameof(AuditedRequest.Change))]
    [TestCase("POST", "/api/v1/streams/x/import", nameof(AuditedRequest.Change))]
    [TestCase("POST", "/api/v1/streams/x/exports/e/pause", nameof(AuditedRequest.Change))]
    [TestCase("DELETE", "/api/v1/retained", nameof(AuditedRequest.Change))]
    [TestCase("POST", "/2015-03-31/functions", nameof(AuditedRequest.Change))]
    [TestCase("PUT", "/2015-03-31/functions/invocations/code", nameof(AuditedRequest.Change), Description = "a function of that name")]
    [TestCase("POST", "/2015-03-31/functions/f/invocations", nameof(AuditedRequest.None))]
    [TestCase("POST", "/things/vac-1/shadow", nameof(AuditedRequest.None))]
    [TestCase("POST", "/topics/a%2Fb", nameof(AuditedRequest.None))]
    [TestCase("POST", "/API/V1/Registry/things", nameof(AuditedRequest.Identity), Description = "routes do not tell capitals from others")]
    [TestCase("DELETE", "/api/v1/certificates/abc", nameof(AuditedRequest.Identity))]
    [TestCase("POST", "/api/v1/something-new", nameof(AuditedRequest.Change), Description = "what nobody thought of")]
    [TestCase("GET", "/api/v1/backup", nameof(AuditedRequest.Disclosure), Description = "it holds every key")]
    [TestCase("GET", "/API/v1/Backup/", nameof(AuditedRequest.Disclosure))]
    [TestCase("DELETE", "/api/v1/retained/a/invocations", nameof(AuditedRequest.Change), Description = "a topic of that name")]
    [TestCase("DELETE", "/api/v1/clients/x/invocations", nameof(AuditedRequest.Change))]
    [TestCase("POST", "/2014-11-13/functions/f/invoke-async", nameof(AuditedRequest.None))]
    [TestCase("POST", "/2021-11-15/functions/f/response-streaming-invocations", nameof(AuditedRequest.None))]
    [TestCase("DELETE", "/connections/vac-1", nameof(AuditedRequest.Change), Description = "it closes somebody's connection")]
    [TestCase("BREW", "/", nameof(AuditedRequest.Change))]
    public void What_changes_the_gateway_is_audited(string method, string path, string expected) =>
        Assert.That(AuditedRequests.KindOf(method, path).ToString(), Is.EqualTo(expected));
}
