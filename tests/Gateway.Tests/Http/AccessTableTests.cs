using System.Collections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Roost.Gateway.Configuration;
using Roost.Gateway.Hosting;
using Roost.Gateway.Http.Access;
using Roost.Gateway.Metrics;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Http;

/// <summary>The table of who may call what against the routes that the daemon has.</summary>
public sealed class AccessTableTests
{
    private static readonly string[] _anyMethod = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"];

    private const string Redeem = "POST /api/v1/pairings/redeem";

    private TemporaryFolder _folder = null!;
    private ServiceManager _manager = null!;
    private MetricsCollector _metrics = null!;
    private WebApplication _app = null!;
    private List<(string Method, string Pattern)> _routes = null!;

    [OneTimeSetUp]
    public void BuildDaemon()
    {
        _folder = new TemporaryFolder();
        var environment = new Hashtable();
        var configuration = RoostConfiguration.Load(new CommandLine { DataFolder = _folder["data"] }, environment, out var faults);
        Assert.That(faults, Is.Empty);
        (_manager, _metrics) = (new ServiceManager(environment), new MetricsCollector());
        _app = Daemon.Build(configuration, environment, _manager, _metrics);
        _routes = [.. ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).Cast<RouteEndpoint>()
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? _anyMethod, (endpoint, method) => (method, endpoint.RoutePattern.RawText!))];
    }

    [OneTimeTearDown]
    public async Task DropDaemonAsync()
    {
        await _app.DisposeAsync();
        _metrics.Dispose();
        _manager.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void Every_route_has_a_rule()
    {
        Assert.That(_routes, Has.Count.GreaterThan(100));
        Assert.That(_routes.Where(route => AccessTable.Find(route.Method, route.Pattern) is null), Is.Empty);
    }

    [Test]
    public void Every_rule_has_a_route()
    {
        var known = _routes.SelectMany(route => new[] { $"{route.Method} {route.Pattern}", $"* {route.Pattern}" }).ToHashSet(StringComparer.Ordinal);

        Assert.That(AccessTable.Routes.Where(route => !known.Contains(route) && route != Redeem), Is.Empty);
    }

    [Test]
    public void What_is_open_to_everybody_is_these_alone() =>
        Assert.That(
            _routes.Where(route => AccessTable.Find(route.Method, route.Pattern)!.IsPublic).Select(route => $"{route.Method} {route.Pattern}"),
            Is.SubsetOf(new[] { "GET /healthz", "GET /mqtt", Redeem }));

    [Test]
    public void A_route_that_nobody_has_thought_of_is_open_to_nobody() => Assert.That(AccessTable.Find("GET", "/surprise"), Is.Null);
}
