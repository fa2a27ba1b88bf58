using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Http;

internal sealed class FleetQueryTests
{
    private const string Time = "2026-01-01T00:00:00+00:00";
    private AppWeb _web = null!;

    [SetUp]
    public async Task Start()
    {
        _web = await AppWeb.StartAsync();
        await _web.ReportAsync("vac-1", """{"battery":12,"mode":"clean"}""");
        await _web.ReportAsync("vac-2", """{"battery":80,"mode":"clean"}""");
        await _web.ReportAsync("vac-2", """{"battery":7}""", "spare");
    }

    [TearDown]
    public async Task Stop() => await _web.DisposeAsync();

    [TestCase("?where=", 400, """{"message":"where, character 1: expected a path: desired, reported, delta, thing, name, version or updated","position":1}""")]
    [TestCase("?where=reported.battery%3C%3C3", 400, """{"message":"where, character 18: found '<', expected a number, a text, true or false","position":18}""")]
    [TestCase("?select=battery", 400, """{"message":"select, character 1: 'battery' is no path: did you mean reported.battery? Paths begin with desired, reported, delta, thing, name, version or updated","position":1}""")]
    [TestCase("?where=thing=a&where=thing=b", 400, """{"message":"Give where, select and shadow once each; join conditions by 'and'"}""")]
    [TestCase("?shadow=a%20b", 400, """{"message":"shadow: ShadowName must match pattern [$a-zA-Z0-9:_-]+"}""")]
    [TestCase("?where=thing=a&pageSize=1001", 400, """{"message":"pageSize must be a number from 1 to 1000"}""")]
    [TestCase("?where=thing=a&nextToken=%25", 400, """{"message":"nextToken is not one that was given out"}""")]
    public async Task What_cannot_be_read_is_refused_with_its_place(string query, int status, string body)
    {
        using var response = await _web.SendAsync("GET", "/api/v1/things" + query);

        Assert.That((int)response.StatusCode, Is.EqualTo(status));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo(body));
    }

    [TestCase("GET", "/api/v1/things?filter=reported.battery<20", "'filter' is no parameter of this path: it has where, select, shadow, pageSize, nextToken")]
    [TestCase("GET", "/api/v1/things?where=thing=a&limit=1", "'limit' is no parameter of this path: it has where, select, shadow, pageSize, nextToken")]
    [TestCase("GET", "/api/v1/shadows/events?thing=vac-1", "'thing' is no parameter of this path: it has things, name, lastEventId")]
    [TestCase("GET", "/api/v1/things/vac-1/shadow/events?shadow=x", "'shadow' is no parameter of this path: it has name, lastEventId")]
    [TestCase("GET", "/api/v1/things/vac-1/shadow/history?since=1", "'since' is no parameter of this path: it has name, limit, before")]
    [TestCase("POST", "/api/v1/things/shadow?where=thing=a", "'where' is no parameter of this path, which has none")]
    [TestCase("POST", "/api/v1/shadows/check?thing=a", "'thing' is no parameter of this path, which has none")]
    public async Task A_parameter_that_is_not_known_is_refused_and_not_passed_over(string method, string path, string message)
    {
        using var response = await _web.SendAsync(method, path);
        using var body = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.That(((int)response.StatusCode, body.RootElement.GetProperty("message").GetString()), Is.EqualTo((400, message)));
    }

    [Test]
    public async Task The_clouds_paths_pass_over_what_they_do_not_know_but_a_version_to_delete()
    {
        Assert.That(await StatusAsync("GET", "/things/vac-1/shadow?nam=x"), Is.EqualTo(200));
        Assert.That(await StatusAsync("DELETE", "/things/vac-1/shadow?version=99"), Is.EqualTo(409));
        Assert.That(await StatusAsync("DELETE", "/things/vac-1/shadow?version=x"), Is.EqualTo(400));
        Assert.That(await StatusAsync("DELETE", "/things/vac-1/shadow?version=1"), Is.EqualTo(200));
    }

    private async Task<int> StatusAsync(string method, string path)
    {
        using var response = await _web.SendAsync(method, path);
        return (int)response.StatusCode;
    }

    [TestCase("where=reported.battery<20&select=reported.battery", Description = "as curl sends what a person types")]
    [TestCase("where=reported.battery%3C20&select=reported.battery")]
    [TestCase("where=reported.battery+%3C+20+and+thing+like+vac-*&select=reported.battery")]
    [TestCase("where=reported.battery%20<%2020&select=reported.battery")]
    public async Task A_query_may_be_percent_encoded_or_not(string query)
    {
        var expected = $$$"""
            {"things":[{"thing":"vac-1","shadows":[{"name":null,"version":1,"updated":"{{{Time}}}","values":{"reported.battery":12}}]},{"thing":"vac-2","shadows":[{"name":"spare","version":1,"updated":"{{{Time}}}","values":{"reported.battery":7}}]}]}
            """ + "\n";

        Assert.That(await RawAsync("/api/v1/things?" + query), Does.StartWith("HTTP/1.1 200").And.EndsWith("\r\n\r\n" + expected));
    }

    [TestCase("?shadow=", "vac-1 vac-2")]
    [TestCase("?shadow=spare", "vac-2~spare")]
    [TestCase("?shadow=none", "")]
    [TestCase("?select=thing", "vac-1 vac-2 vac-2~spare")]
    [TestCase("?where=reported.mode%20exists&shadow=spare", "")]
    public async Task Shadows_are_chosen_by_their_name(string query, string expected) =>
        Assert.That(string.Join(' ', (await PageAsync("/api/v1/things" + query)).Names), Is.EqualTo(expected));

    [Test]
    public async Task Pages_follow_each_other()
    {
        const string Path = "/api/v1/things?where=reported.battery<100&pageSize=1";
        var first = await PageAsync(Path);
        var second = await PageAsync($"{Path}&nextToken={first.Next}");

        Assert.That(first.Names, Is.EqualTo(new[] { "vac-1" }));
        Assert.That(second, Is.EqualTo((new[] { "vac-2", "vac-2~spare" }, (string?)null)).Using<(string[], string?)>((a, b) => a.Item1.SequenceEqual(b.Item1) && a.Item2 == b.Item2));
    }

    [Test]
    public async Task A_damaged_row_is_named_and_hides_no_other()
    {
        await _web.RestartAsync(); // into the table
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(_web.Host.Folder, "shadows.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE shadows SET state = '{\"reported\":{\"battery\":1}}' WHERE thing = 'vac-1'";
            command.ExecuteNonQuery();
        }

        using var response = await _web.SendAsync("GET", "/api/v1/things?where=reported.battery<20&select=reported.battery");

        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("\"damaged\":[\"vac-1\"]").And.Contain("\"spare\"").And.Not.Contain("\"reported.battery\":1}"));
    }

    private async Task<(string[] Names, string? Next)> PageAsync(string path)
    {
        using var response = await _web.SendAsync("GET", path);
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        using var page = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var names = page.RootElement.GetProperty("things").EnumerateArray().SelectMany(thing => thing.GetProperty("shadows").EnumerateArray().Select(shadow =>
            thing.GetProperty("thing").GetString() + (shadow.GetProperty("name").GetString() is { } name ? "~" + name : "")));
        return ([.. names], page.RootElement.TryGetProperty("nextToken", out var next) ? next.GetString() : null);
    }

    /// <summary>The bytes of the target as they stand, which a client library would encode.</summary>
    private async Task<string> RawAsync(string target)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", _web.Client.BaseAddress!.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(socket.GetStream());
        return await Eventually.CompletesAsync(reader.ReadToEndAsync(), "the answer");
    }
}
