using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Roost.LocalLambda.Tests.Http;

/// <summary>Deploying over Roost's own API.</summary>
internal sealed class DeploymentEndpointTests : HttpFixture
{
    [Test]
    public async Task A_zip_becomes_a_function_then_a_canary_and_goes_back()
    {
        await ServeAsync();

        var first = await DeployAsync("f", "1", "?canary=10%25");
        Assert.That(first.GetProperty("note").GetString(), Does.Contain("first deployment"));
        Assert.That(await AnswerAsync("f"), Is.EqualTo("1"));

        var second = await DeployAsync("f", "2", "?canary=10%25&for=1h&rollback-on=errors%3E5%25&rollback-on=p95%3E1s&min-invocations=7");
        var rollout = second.GetProperty("rollout");
        Assert.That(rollout.GetProperty("state").GetString(), Is.EqualTo("in-progress"));
        Assert.That(rollout.GetProperty("rollbackOn").EnumerateArray().Select(rule => rule.GetString()), Is.EqualTo(new[] { "errors>5%", "p95>1s" }));
        Assert.That(await AnswerAsync("f", context: new InvocationContext { Qualifier = "$LATEST" }), Is.EqualTo("2"));

        var back = await SendAsync(HttpMethod.Post, "/api/v1/functions/f/rollout/rollback", null);
        Assert.That(back.GetProperty("rollout").GetProperty("state").GetString(), Is.EqualTo("rolled-back"));
        Assert.That(await AnswerAsync("f"), Is.EqualTo("1"));
        Assert.That((await SendAsync(HttpMethod.Get, "/api/v1/functions/f/rollout", null)).GetProperty("reason").GetString(), Does.Contain("operator"));
        Assert.That(Directory.GetFiles(Folder["data/code"], ".new-*"), Is.Empty, "no upload is left");
    }

    [Test]
    public async Task Without_a_canary_all_calls_go_to_the_new_code_and_one_can_go_back()
    {
        await ServeAsync();
        await DeployAsync("f", "1", "");
        await DeployAsync("f", "2", "");
        Assert.That(await AnswerAsync("f"), Is.EqualTo("2"));

        await SendAsync(HttpMethod.Post, "/api/v1/functions/f/rollout/rollback", null);

        Assert.That(await AnswerAsync("f"), Is.EqualTo("1"));
    }

    [Test]
    public async Task The_rollout_that_the_file_asks_for_holds_unless_the_request_names_another_or_none()
    {
        const string Yaml = "rollout: { canary: 25%, for: 1h }\n";
        await ServeAsync();
        await DeployAsync("f", "1", "", Yaml);

        var asFile = await DeployAsync("f", "2", "", Yaml);
        var named = await DeployAsync("f", "3", "?canary=40%25&for=1h", Yaml);
        var none = await DeployAsync("f", "4", "?all-at-once=true", Yaml);

        Assert.That(asFile.GetProperty("rollout").GetProperty("steps")[0].GetDouble(), Is.EqualTo(0.25));
        Assert.That(named.GetProperty("rollout").GetProperty("steps")[0].GetDouble(), Is.EqualTo(0.4));
        Assert.That(none.GetProperty("rollout").GetProperty("state").GetString(), Is.Not.EqualTo("in-progress"));
        Assert.That(await AnswerAsync("f"), Is.EqualTo("4"));
    }

    [Test]
    public async Task A_zip_that_asks_for_a_device_that_is_not_allowed_is_refused()
    {
        await ServeAsync();

        await Assert.ThatAsync(
            () => DeployAsync("f", "1", "", "devices: [ /dev/null ]\n"),
            Throws.TypeOf<HttpRequestException>().With.Property("StatusCode").EqualTo(HttpStatusCode.BadRequest).And.Message.Contains("/dev/null"));
    }

    [TestCase("?canary=100%25", "canary")]
    [TestCase("?canary=10%25&all-at-once=true", "all-at-once")]
    [TestCase("?canary=10%25&rollback-on=errors", "rollback-on")]
    [TestCase("?for=5m", "canary")]
    [TestCase("?canery=10%25", "canery")]
    public async Task A_faulty_rollout_is_refused_and_nothing_is_deployed(string query, string named)
    {
        await ServeAsync();

        await Assert.ThatAsync(() => DeployAsync("f", "1", query), Throws.TypeOf<HttpRequestException>().With.Message.Contains(named));
        Assert.That(Host.Functions, Is.Empty);
    }

    [Test]
    public async Task What_is_no_zip_or_no_function_is_refused_and_leaves_nothing()
    {
        await ServeAsync();

        await Assert.ThatAsync(() => SendAsync(HttpMethod.Post, "/api/v1/functions/f/deployments", "no zip"u8.ToArray()), Throws.TypeOf<HttpRequestException>().With.Property("StatusCode").EqualTo(HttpStatusCode.BadRequest));
        await Assert.ThatAsync(() => SendAsync(HttpMethod.Post, "/api/v1/functions/f/deployments", Zip("1", "memroy: 1GiB\n")), Throws.TypeOf<HttpRequestException>().With.Message.Contains("memroy"));
        Assert.That(Host.Functions, Is.Empty);
        Assert.That(Directory.GetFiles(Folder["data/code"], ".new-*"), Is.Empty);
    }

    [Test]
    public async Task A_function_of_a_folder_is_changed_in_the_folder()
    {
        Python("f", "def handler(event, context):\n    return 1");
        await ServeAsync();

        await Assert.ThatAsync(() => DeployAsync("f", "2", ""), Throws.TypeOf<HttpRequestException>().With.Message.Contains(Folder["functions/f"]));
        await Assert.ThatAsync(() => SendAsync(HttpMethod.Post, "/api/v1/functions/f/rollout/promote", null), Throws.TypeOf<HttpRequestException>().With.Property("StatusCode").EqualTo(HttpStatusCode.Conflict));
        await Assert.ThatAsync(() => SendAsync(HttpMethod.Post, "/api/v1/functions/g/rollout/promote", null), Throws.TypeOf<HttpRequestException>().With.Property("StatusCode").EqualTo(HttpStatusCode.NotFound));
    }

    private static byte[] Zip(string answer, string yaml = "")
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("function.yaml", "runtime: python3.x\nhandler: main.handler\n" + yaml);
            Add("main.py", $"def handler(event, context):\n    return {answer}");

            void Add(string name, string text)
            {
                using var content = archive.CreateEntry(name).Open();
                content.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return zip.ToArray();
    }

    private Task<JsonElement> DeployAsync(string name, string answer, string query, string yaml = "") =>
        SendAsync(HttpMethod.Post, $"/api/v1/functions/{name}/deployments{query}", Zip(answer, yaml));

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, byte[]? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new ByteArrayContent(body) };
        using var answer = await Client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement : throw new HttpRequestException(text, null, answer.StatusCode);
    }
}
