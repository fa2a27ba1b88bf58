using System.Text.Json;

namespace Roost.Shadow.Tests.Http;

internal sealed class BulkUpdateTests
{
    private const string Path = "/api/v1/things/shadow";
    private AppWeb _web = null!;

    [SetUp]
    public async Task Start() => _web = await AppWeb.StartAsync();

    [TearDown]
    public async Task Stop() => await _web.DisposeAsync();

    [TestCase("", "The request is no JSON object in UTF-8")]
    [TestCase("[]", "The request is no JSON object in UTF-8")]
    [TestCase("{", "The request is no JSON object in UTF-8")]
    [TestCase("{}", "Give one of updates, things and where")]
    [TestCase("""{"updates":[],"where":"thing=a"}""", "Give one of updates, things and where")]
    [TestCase("""{"updates":[]}""", "updates must be a list of 1 to 1000")]
    [TestCase("""{"updates":{"thing":"a"}}""", "updates must be a list of 1 to 1000")]
    [TestCase("""{"things":["a"]}""", "Missing required node: state")]
    [TestCase("""{"things":"a","state":{}}""", "things must be a list of 1 to 1000 names")]
    [TestCase("""{"things":[1],"state":{}}""", "things must be a list of 1 to 1000 names")]
    [TestCase("""{"things":["a"],"state":{},"version":1}""", "version belongs to one shadow: give it in updates")]
    [TestCase("""{"things":["a"],"state":{},"name":1}""", "name must be a text")]
    [TestCase("""{"things":["\ud800"],"state":{}}""", "The request is no JSON object in UTF-8")]
    [TestCase("""{"where":1,"state":{}}""", "where must be a text")]
    [TestCase("""{"where":"battery<20","state":{}}""", "where, character 1: 'battery' is no path: did you mean reported.battery? Paths begin with desired, reported, delta, thing, name, version or updated")]
    [TestCase("""{"where":"thing=a","state":{},"name":"a b"}""", "ShadowName must match pattern [$a-zA-Z0-9:_-]+")]
    public async Task A_request_that_cannot_be_understood_changes_nothing(string body, string message)
    {
        using var response = await _web.SendAsync("POST", Path, body);

        Assert.That((int)response.StatusCode, Is.EqualTo(400));
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.That(answer.RootElement.GetProperty("message").GetString(), Is.EqualTo(message));
    }

    [Test]
    public async Task Too_many_or_too_large_is_refused_as_a_whole()
    {
        Assert.That((await SendAsync("{\"things\":[" + string.Join(",", Enumerable.Repeat("\"a\"", 1001)) + "],\"state\":{}}")).Status, Is.EqualTo(400));
        Assert.That((await SendAsync("{\"things\":[\"a\"],\"state\":{},\"x\":\"" + new string('x', 4 * 1024 * 1024) + "\"}")).Status, Is.EqualTo(413));
        Assert.That((await _web.StatusAsync("GET", "/things/a/shadow")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task Each_update_succeeds_or_fails_for_itself_and_the_answers_are_in_order()
    {
        await _web.ReportAsync("a", """{"n":1}""");
        var large = new string('x', 9000);

        var (status, body) = await SendAsync("""
            {"updates":[
                {"thing":"a","state":{"desired":{"n":2}},"version":1,"clientToken":"t"},
                {"thing":"a","state":{"desired":{"n":3}},"version":1},
                {"thing":"b","name":"cfg","state":{"desired":{"n":2}}},
                {"thing":"b/c","state":{"desired":{"n":2}}},
                {"thing":"b","name":"","state":{}},
                {"thing":"b"},
                {"thing":"b","state":{"desired":{"n":"LARGE"}}},
                {"name":"b","state":{}},
                7,
                {"thing":"a","state":{"reported":{"n":4}},"version":2}]}
            """.Replace("LARGE", large, StringComparison.Ordinal));

        Assert.That(status, Is.EqualTo(200));
        Assert.That(body, Is.EqualTo("""
            {"accepted":3,"refused":7,"results":[{"thing":"a","status":200,"version":2,"etag":"\"2-TAG\""},{"thing":"a","status":409,"message":"Version conflict"},{"thing":"b","name":"cfg","status":200,"version":1,"etag":"\"1-TAG\""},{"thing":"b/c","status":400,"message":"ThingName must match pattern [a-zA-Z0-9:_-]+"},{"thing":"b","name":"","status":400,"message":"ShadowName must not be empty"},{"thing":"b","status":400,"message":"Missing required node: state"},{"thing":"b","status":413,"message":"The payload exceeds the maximum size allowed"},{"thing":"","status":400,"message":"An update must be an object with a thing"},{"thing":"","status":400,"message":"An update must be an object with a thing"},{"thing":"a","status":200,"version":3,"etag":"\"3-TAG\""}]}
            """.Replace("TAG", $"{_web.Host.Now:x}", StringComparison.Ordinal) + "\n"));
    }

    [Test]
    public async Task One_state_for_a_list_of_things_is_announced_for_each()
    {
        var (_, body) = await SendAsync("""{"things":["a","b"],"name":"cfg","state":{"desired":{"mode":"dock"}},"clientToken":"t"}""");

        Assert.That(body, Does.StartWith("{\"accepted\":2,\"refused\":0,"));
        Assert.That(_web.Host.Broker.Topics("$aws/#"), Does.Contain("$aws/things/a/shadow/name/cfg/update/delta").And.Contain("$aws/things/b/shadow/name/cfg/update/documents"));
    }

    [Test]
    public async Task One_state_for_what_a_filter_finds()
    {
        await _web.ReportAsync("vac-1", """{"battery":12}""");
        await _web.ReportAsync("vac-2", """{"battery":80}""");
        await _web.ReportAsync("vac-3", """{"battery":3}""", "spare");
        await _web.ReportAsync("vac-4", """{"battery":3}""");

        var (_, body) = await SendAsync("""{"where":"reported.battery<20","state":{"desired":{"mode":"dock"}}}""");

        Assert.That(body, Is.EqualTo("""
            {"accepted":2,"refused":0,"results":[{"thing":"vac-1","status":200,"version":2,"etag":"\"2-TAG\""},{"thing":"vac-4","status":200,"version":2,"etag":"\"2-TAG\""}]}
            """.Replace("TAG", $"{_web.Host.Now:x}", StringComparison.Ordinal) + "\n"));
    }

    [Test]
    public async Task A_filter_that_finds_nothing_changes_nothing_and_one_that_finds_too_much_neither()
    {
        for (var i = 0; i < 2; i++)
        {
            var things = string.Join(',', Enumerable.Range(i * 501, 501).Select(n => $"\"t{n}\""));
            Assert.That((await SendAsync("""{"things":[THINGS],"state":{"reported":{"n":1}}}""".Replace("THINGS", things, StringComparison.Ordinal))).Body, Does.StartWith("{\"accepted\":501,\"refused\":0"));
        }

        Assert.That(await SendAsync("""{"where":"reported.n=2","state":{}}"""), Is.EqualTo((200, "{\"accepted\":0,\"refused\":0,\"results\":[]}\n")));
        Assert.That(await SendAsync("""{"where":"reported.n=1","state":{}}"""), Is.EqualTo((413, """{"message":"where matches more than 1000 shadows; nothing was changed. Narrow it, like by and thing like \"vac-1*\""}""")));
        Assert.That((await _web.StatusAsync("GET", "/things/t0/shadow")).Tag, Does.StartWith("\"1-"));
    }

    [Test]
    public async Task One_that_is_larger_than_all_that_may_wait_succeeds_and_leaves_room_for_others()
    {
        await using var web = await AppWeb.StartAsync(options => options.MaxDocumentBytes = 64 * 1024);
        await web.ReportAsync("other", """{"n":1}""");
        var state = "{\"desired\":{\"text\":\"" + new string('x', 30_000) + "\"}}";
        var things = string.Join(',', Enumerable.Range(0, 1000).Select(n => $"\"t{n}\""));
        var bulk = web.SendAsync("POST", Path, "{\"things\":[" + things + "],\"state\":" + state + "}");
        while (!bulk.IsCompleted)
        {
            await web.ReportAsync("other", """{"n":2}"""); // asserts that it is accepted
        }

        using var response = await bulk;
        Assert.That(await response.Content.ReadAsStringAsync(), Does.StartWith("{\"accepted\":1000,\"refused\":0,"));
    }

    [Test]
    public async Task A_filter_that_takes_more_than_its_time_finds_all_nevertheless()
    {
        var things = string.Join(',', Enumerable.Range(0, 1000).Select(n => $"\"t{n}\""));
        await SendAsync("{\"things\":[" + things + "],\"state\":{\"reported\":{\"n\":1}}}");
        var bulk = SendAsync("""{"where":"reported.n=1","state":{"desired":{"n":2}}}""");
        while (!bulk.IsCompleted)
        {
            _web.Host.Clock.Advance(Roost.Shadow.Queries.ShadowQuery.MaxTime); // the time of a page, over and over while it looks
        }

        Assert.That((await bulk).Body, Does.StartWith("{\"accepted\":1000,\"refused\":0,"));
    }

    [Test]
    public async Task A_state_that_no_shadow_can_take_is_refused_as_a_whole()
    {
        var text = new string('x', Roost.Shadow.Documents.ShadowLimits.MaxRequestBytes);

        Assert.That(await SendAsync("{\"things\":[\"a\",\"b\"],\"state\":{\"desired\":{\"text\":\"" + text + "\"}}}"), Is.EqualTo((413, """{"message":"The payload exceeds the maximum size allowed"}""")));
        Assert.That((await SendAsync("{\"updates\":[{\"thing\":\"a\",\"state\":{\"desired\":{\"text\":\"" + text + "\"}}},{\"thing\":\"b\",\"state\":{\"desired\":{\"n\":1}}}]}")).Body, Does.StartWith("{\"accepted\":1,\"refused\":1,"));
    }

    [Test]
    public async Task A_filter_says_which_shadows_it_could_not_judge()
    {
        await _web.ReportAsync("bad", """{"n":1}""");
        await _web.ReportAsync("good", """{"n":1}""");
        await _web.Host.Service.Store.StoreAsync();
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={System.IO.Path.Combine(_web.Host.Folder, "shadows.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE shadows SET checksum = checksum + 1 WHERE thing = 'bad'";
            Assert.That(command.ExecuteNonQuery(), Is.EqualTo(1));
        }

        Assert.That((await SendAsync("""{"where":"reported.n=1","state":{"desired":{"n":2}}}""")).Body, Does.StartWith("{\"accepted\":1,").And.EndsWith("],\"damaged\":[\"bad\"]}\n"));
    }

    private async Task<(int Status, string Body)> SendAsync(string body)
    {
        using var response = await _web.SendAsync("POST", Path, body);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
