using System.Collections;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Roost.Gateway.Configuration;
using Roost.Gateway.Hosting;
using Roost.Gateway.Metrics;
using Roost.Gateway.OpenApi;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.OpenApi;

public sealed class OpenApiDocumentTests
{
    /// <summary>Roost's own beside those under /api/v1; what else there is belongs to AWS, to MQTT or to functions.</summary>
    private static readonly string[] _others = ["/healthz", "/metrics", "/openapi/v1.json"];

    private static readonly JsonObject _document = JsonNode.Parse(OpenApiDocument.Write(OwnOperations.Read()))!.AsObject();

    [Test]
    public async Task Each_path_of_the_daemon_is_described_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var environment = new Hashtable();
        var configuration = RoostConfiguration.Load(new CommandLine { DataFolder = folder["data"] }, environment, out _);
        using var manager = new ServiceManager(environment);
        using var metrics = new MetricsCollector();
        await using var app = Daemon.Build(configuration, environment, manager, metrics);
        var routes = ((IEndpointRouteBuilder)app).DataSources.SelectMany(static source => source.Endpoints).Cast<RouteEndpoint>()
            .SelectMany(static endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [], static (endpoint, method) => (Method: method, Pattern: endpoint.RoutePattern.RawText!))
            .Where(static route => route.Pattern.StartsWith("/api/v1/", StringComparison.Ordinal) || _others.Contains(route.Pattern))
            .Select(static route => $"{route.Method} {route.Pattern}").ToList();

        Assert.That(routes, Has.Count.GreaterThan(100));
        Assert.That(
            OwnOperations.Read().Select(static operation => $"{operation.Method} {operation.Pattern}"), Is.EquivalentTo(routes),
            "describe new routes in gateway/OpenApi/operations.txt");
    }

    [Test]
    public void Each_operation_of_the_list_is_in_the_document_with_its_parameters()
    {
        foreach (var operation in OwnOperations.Read())
        {
            var path = operation.Pattern.Replace("**", "", StringComparison.Ordinal);
            var described = _document["paths"]![path]![operation.Method.ToLowerInvariant()]!.AsObject();
            var parameters = (described["parameters"]?.AsArray() ?? []).Select(static one => ((string)one!["name"]!, (string)one["in"]!)).ToList();

            Assert.That((string?)described["summary"], Does.EndWith("."), path);
            Assert.That(
                parameters.Where(static one => one.Item2 == "path").Select(static one => $"{{{one.Item1}}}"),
                Is.EqualTo(path.Split('/').Where(static segment => segment.StartsWith('{'))), $"{operation.Method} {path}");
            Assert.That(parameters.Where(static one => one.Item2 == "query").Select(static one => one.Item1), Is.EqualTo(operation.Query), $"{operation.Method} {path}");
            Assert.That(described["requestBody"] is not null, Is.EqualTo(operation.Body is not null), $"{operation.Method} {path}");
        }
    }

    [Test]
    public void What_needs_no_credential_says_so()
    {
        var open = OwnOperations.Read().Where(static operation => _document["paths"]![operation.Pattern.Replace("**", "", StringComparison.Ordinal)]![operation.Method.ToLowerInvariant()]!["security"] is JsonArray { Count: 0 });

        Assert.That(open.Select(static operation => operation.Pattern), Is.EqualTo(new[] { "/healthz", "/api/v1/pairings/redeem" }));
    }

    [TestCase("GET /a")]
    [TestCase("GET /a | ")]
    [TestCase("/a | It does.")]
    [TestCase("POST /a < xml | It does.")]
    public void A_line_that_is_no_operation_is_named(string line) =>
        Assert.That(() => OwnOperation.Parse(line), Throws.InstanceOf<FormatException>().With.Message.Contains(line));
}
