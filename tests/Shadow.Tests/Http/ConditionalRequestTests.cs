using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Http;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ConditionalRequestTests
{
    private const string Path = "/things/T/shadow";
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(31);

    private AppWeb _web = null!;

    private ShadowHost Host => _web.Host;

    [SetUp]
    public async Task Start() => _web = await AppWeb.StartAsync();

    [TearDown]
    public async Task Stop() => await _web.DisposeAsync();

    [TestCase("If-Match", "17")]
    [TestCase("If-Match", "\"1-0")]
    [TestCase("If-Match", "\"a\" \"b\"")]
    [TestCase("If-None-Match", "nonsense")]
    [TestCase("If-None-Match", "\"1-1\"", Description = "a change that is wanted unless the shadow is as known: no such thing")]
    public async Task A_condition_that_cannot_be_read_changes_nothing(string header, string value)
    {
        Assert.That((await _web.StatusAsync("POST", Path, """{"state":{"reported":{"a":1}}}""", $"{header}: {value}")).Status, Is.EqualTo(400));
        Assert.That((await _web.StatusAsync("GET", Path)).Status, Is.EqualTo(404));
    }

    [TestCase("1-1", Description = "no quotes")]
    [TestCase("\"\"\"")]
    public async Task A_get_whose_condition_cannot_be_read_is_refused(string tag)
    {
        await _web.ReportAsync("T", """{"a":1}""");

        Assert.That((await _web.StatusAsync("GET", Path, null, $"If-None-Match: {tag}")).Status, Is.EqualTo(400));
    }

    [TestCase("wait=")]
    [TestCase("wait=-1")]
    [TestCase("wait=1e9")]
    [TestCase("wait=99999999999999999999999")]
    [TestCase("wait")]
    [TestCase("respond-async, return=minimal;wait=30")]
    public async Task A_preference_that_cannot_be_read_is_no_preference(string preference)
    {
        var tag = await _web.ReportAsync("T", """{"a":1}""");

        Assert.That((await _web.StatusAsync("GET", Path, null, $"If-None-Match: {tag}", $"Prefer: {preference}")).Status, Is.EqualTo(304));
    }

    [Test]
    public async Task A_tag_is_the_version_and_the_second_of_its_change()
    {
        Assert.That(await _web.ReportAsync("T", """{"a":1}"""), Is.EqualTo($"\"1-{Host.Now:x}\""));
        Assert.That(await _web.StatusAsync("GET", Path), Is.EqualTo((200, $"\"1-{Host.Now:x}\"")));
        Assert.That(await _web.StatusAsync("DELETE", Path), Is.EqualTo((200, (string?)null)));
    }

    [TestCase("{0}")]
    [TestCase("W/{0}", Description = "a proxy that compresses makes it weak")]
    [TestCase("\"9-1\", {0}")]
    [TestCase("*")]
    public async Task A_get_by_who_has_it_already_is_answered_304_without_a_body(string tags)
    {
        var tag = await _web.ReportAsync("T", """{"a":1}""");

        using var response = await _web.SendAsync("GET", Path, null, "If-None-Match: " + tags.Replace("{0}", tag, StringComparison.Ordinal));

        Assert.That((int)response.StatusCode, Is.EqualTo(304));
        Assert.That(response.Headers.ETag!.ToString(), Is.EqualTo(tag));
        Assert.That(await response.Content.ReadAsByteArrayAsync(), Is.Empty);
    }

    [Test]
    public async Task A_tag_of_a_shadow_that_is_gone_fits_none_that_comes_after()
    {
        var old = await _web.ReportAsync("T", """{"a":1}""");
        await _web.StatusAsync("DELETE", Path);
        var within = await _web.ReportAsync("T", """{"a":1}"""); // within 48 hours versions go on
        await _web.StatusAsync("DELETE", Path);
        Host.Clock.Advance(TimeSpan.FromHours(49));
        var afresh = await _web.ReportAsync("T", """{"a":1}""");

        Assert.That(within, Does.StartWith("\"2-"));
        Assert.That(afresh, Does.StartWith("\"1-"), "versions begin again");
        Assert.That((await _web.StatusAsync("GET", Path, null, $"If-None-Match: {old}")).Status, Is.EqualTo(200));
        Assert.That((await _web.StatusAsync("POST", Path, """{"state":{"reported":{"a":2}}}""", $"If-Match: {old}")).Status, Is.EqualTo(412));
    }

    [Test]
    public async Task Of_two_who_change_what_both_have_read_only_the_first_succeeds()
    {
        var tag = await _web.ReportAsync("T", """{"a":1}""");

        var both = await Task.WhenAll(
            _web.StatusAsync("POST", Path, """{"state":{"reported":{"a":2}}}""", $"If-Match: {tag}"),
            _web.StatusAsync("POST", Path, """{"state":{"reported":{"a":3}}}""", $"If-Match: {tag}"));

        Assert.That(both.Select(answer => answer.Status), Is.EquivalentTo(new[] { 200, 412 }));
        Assert.That((await _web.StatusAsync("DELETE", Path, null, $"If-Match: {tag}")).Status, Is.EqualTo(412));
        Assert.That((await _web.StatusAsync("GET", Path)).Tag, Does.StartWith("\"2-"));
    }

    [Test]
    public async Task A_412_is_an_error_that_the_sdks_can_name()
    {
        using var response = await _web.SendAsync("POST", Path, """{"state":{"reported":{"a":1}},"clientToken":"t"}""", "If-Match: *");

        Assert.That(response.Headers.GetValues("x-amzn-ErrorType").Single(), Is.EqualTo("PreconditionFailedException"));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.StartWith("""{"clientToken":"t","code":412,"message":"The shadow is not as If-Match or If-None-Match says","""));
    }

    [Test]
    public async Task A_request_that_fails_anyway_is_told_why_rather_than_412()
    {
        Assert.That((await _web.StatusAsync("POST", Path, "{", "If-Match: \"1-1\"")).Status, Is.EqualTo(400));
        Assert.That((await _web.StatusAsync("DELETE", Path, null, "If-Match: \"1-1\"")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_shadow_can_be_made_only_if_it_is_not_there()
    {
        Assert.That((await _web.StatusAsync("POST", Path, """{"state":{"reported":{"a":1}}}""", "If-None-Match: *")).Status, Is.EqualTo(200));
        Assert.That((await _web.StatusAsync("POST", Path, """{"state":{"reported":{"a":2}}}""", "If-None-Match: *")).Status, Is.EqualTo(412));
    }

    [Test]
    public async Task Who_waits_is_answered_as_soon_as_the_version_moves()
    {
        var tag = await _web.ReportAsync("T", """{"a":1}""");
        var waiting = await WaitAsync(tag);

        await _web.ReportAsync("other", """{"a":1}""");
        await _web.ReportAsync("T", """{"a":1}""", "named");
        Assert.That(waiting.IsCompleted, Is.False, "that concerns others");
        var next = await _web.ReportAsync("T", """{"a":2}""");

        Assert.That(await Eventually.CompletesAsync(waiting, "the answer"), Is.EqualTo((200, next)));
        Assert.That(Host.Service.Watch.Count, Is.Zero);
    }

    [Test]
    public async Task Who_waits_is_told_of_a_deletion()
    {
        var waiting = await WaitAsync(await _web.ReportAsync("T", """{"a":1}"""));

        await _web.StatusAsync("DELETE", Path);

        Assert.That((await Eventually.CompletesAsync(waiting, "the answer")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task Who_has_nothing_and_finds_nothing_waits_for_the_shadow_to_be_made()
    {
        var waiting = await WaitAsync(tag: null);

        var tag = await _web.ReportAsync("T", """{"a":1}""");

        Assert.That(await Eventually.CompletesAsync(waiting, "the answer"), Is.EqualTo((200, tag)));
    }

    [Test]
    public async Task Who_has_nothing_and_finds_something_does_not_wait()
    {
        var tag = await _web.ReportAsync("T", """{"a":1}""");

        Assert.That(await _web.StatusAsync("GET", Path, null, "Prefer: wait=30"), Is.EqualTo((200, tag)));
    }

    [TestCase(true, 304)]
    [TestCase(false, 404)]
    public async Task Who_waits_in_vain_is_answered_at_the_end(bool exists, int status)
    {
        var waiting = await WaitAsync(exists ? await _web.ReportAsync("T", """{"a":1}""") : null);

        await Eventually.IsTrueAsync(
            () =>
            {
                Host.Clock.Advance(Longest);
                return waiting.IsCompleted;
            },
            "the end of the wait");

        Assert.That((await waiting).Status, Is.EqualTo(status));
        Assert.That(Host.Service.Watch.Count, Is.Zero);
    }

    [Test]
    public async Task The_wait_that_is_granted_is_said()
    {
        await _web.ReportAsync("T", """{"a":1}""");

        using var response = await _web.SendAsync("GET", Path, null, "Prefer: respond-async, WAIT=\"100000\"");

        Assert.That(response.Headers.GetValues("Preference-Applied").Single(), Is.EqualTo("wait=300"));
    }

    [Test]
    public async Task A_client_that_leaves_is_forgotten()
    {
        var tag = await _web.ReportAsync("T", """{"a":1}""");
        using var left = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.Add("Prefer", "wait=30");
        request.Headers.Add("If-None-Match", tag);
        var waiting = _web.Client.SendAsync(request, left.Token);
        await Eventually.IsTrueAsync(() => Host.Service.Watch.Count == 1, "the wait to begin");

        await left.CancelAsync();

        await Eventually.IsTrueAsync(() => Host.Service.Watch.Count == 0, "the wait to be given up");
        Assert.That(async () => await waiting, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_thousand_may_wait_and_the_next_is_told_to_come_later()
    {
        var tag = await _web.ReportAsync("T", """{"a":1}""");
        var waiting = Enumerable.Range(0, 1000).Select(_ => SendWaitAsync(tag)).ToArray();
        await Eventually.IsTrueAsync(() => Host.Service.Watch.Count == 1000, "a thousand waits", TimeSpan.FromSeconds(60));

        using (var refused = await _web.SendAsync("GET", Path, null, "Prefer: wait=30", $"If-None-Match: {tag}"))
        {
            Assert.That((int)refused.StatusCode, Is.EqualTo(503));
            Assert.That(refused.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(10)));
        }

        var next = await _web.ReportAsync("T", """{"a":2}""");
        var answers = await Eventually.CompletesAsync(Task.WhenAll(waiting), "a thousand answers");

        Assert.That(answers, Is.All.EqualTo((200, next)));
        Assert.That(Host.Service.Watch.Count, Is.Zero);
    }

    private async Task<Task<(int Status, string? Tag)>> WaitAsync(string? tag)
    {
        var waiting = SendWaitAsync(tag);
        await Eventually.IsTrueAsync(() => Host.Service.Watch.Count == 1, "the wait to begin");
        return waiting;
    }

    private Task<(int Status, string? Tag)> SendWaitAsync(string? tag) =>
        _web.StatusAsync("GET", Path, null, tag is null ? ["Prefer: wait=30"] : ["Prefer: wait=30", $"If-None-Match: {tag}"]);
}
