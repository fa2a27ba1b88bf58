using System.Net;

namespace Roost.LocalLambda.Tests.Http.ControlPlane;

/// <summary>Function URLs as AWS's clients make them. What such a URL does is shown with the URLs of function.yaml.</summary>
internal sealed class UrlConfigTests : ControlPlaneFixture
{
    private const string Url = "/2021-10-31/functions/f/url";
    private const string Conflict = "ResourceConflictException";
    private const string Invalid = "InvalidParameterValueException";

    [Test]
    public async Task A_url_is_made_asked_changed_and_deleted_and_outlives_the_daemon_and_new_code()
    {
        await ServeAsync();
        await CreateAsync("f");
        Assert.That(await StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden));
        await RefusedAsync(HttpMethod.Get, Url, null, 404, "ResourceNotFoundException", "The resource you requested does not exist.");
        Assert.That((await SendAsync(HttpMethod.Get, Url + "s", null, 200)).GetProperty("FunctionUrlConfigs").GetArrayLength(), Is.Zero);

        var created = await SendAsync(HttpMethod.Post, Url, new { AuthType = "NONE", Cors = new { AllowOrigins = new[] { "https://shop.example" }, MaxAge = 60 } }, 201);

        var address = created.GetProperty("FunctionUrl").GetString();
        Assert.That(address, Is.EqualTo($"{Client.BaseAddress}fn/f/"));
        Assert.That(await Client.GetStringAsync(address), Is.EqualTo("1"));
        Assert.That(created.GetProperty("FunctionArn").GetString(), Is.EqualTo("arn:aws:lambda:local:000000000000:function:f"));
        Assert.That(created.GetProperty("CreationTime").GetString(), Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"));
        await RefusedAsync(HttpMethod.Post, Url, new { AuthType = "NONE" }, 409, Conflict, "Failed to create function url config for [functionArn = arn:aws:lambda:local:000000000000:function:f]");

        await SendAsync(HttpMethod.Put, $"{Functions}/f/code", new { ZipFile = Zip("def handler(event, context): return 2") }, 200);
        await StopServer();
        await StopAsync();
        await ServeAsync();
        Assert.That(await Client.GetStringAsync("/fn/f/"), Is.EqualTo("2"));
        var got = await SendAsync(HttpMethod.Get, Url, null, 200);
        Assert.That(got.GetProperty("Cors").ToString(), Does.Contain("https://shop.example").And.Contain("\"MaxAge\":60").And.Contain("\"AllowMethods\":[\"*\"]"));
        using (var page = new HttpRequestMessage(HttpMethod.Get, "/fn/f/") { Headers = { { "Origin", "https://shop.example" } } })
        using (var answer = await Client.SendAsync(page))
        {
            Assert.That(Header(answer, "Access-Control-Allow-Origin"), Is.EqualTo("https://shop.example"));
        }

        Assert.That((await SendAsync(HttpMethod.Put, Url, new { InvokeMode = "BUFFERED" }, 200)).TryGetProperty("Cors", out _), "what is not named stays");
        Assert.That((await SendAsync(HttpMethod.Put, Url, new { Cors = new { } }, 200)).TryGetProperty("Cors", out _), Is.False);
        Assert.That((await SendAsync(HttpMethod.Get, Url + "s", null, 200)).GetProperty("FunctionUrlConfigs").GetArrayLength(), Is.EqualTo(1));

        await SendAsync(HttpMethod.Delete, Url, null, 204);
        Assert.That(await StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden));
        await RefusedAsync(HttpMethod.Delete, Url, null, 404, "ResourceNotFoundException", "The resource you requested does not exist.");
    }

    [Test]
    public async Task The_url_of_a_function_yaml_is_told_and_changed_there()
    {
        Python("f", "def handler(event, context): return 1", "url: true\n");
        await ServeAsync();

        Assert.That((await SendAsync(HttpMethod.Get, Url, null, 200)).GetProperty("FunctionUrl").GetString(), Does.EndWith("/fn/f/"));
        await RefusedAsync(HttpMethod.Post, Url, new { AuthType = "NONE" }, 409, Conflict, "Failed to create function url config");
        await RefusedAsync(HttpMethod.Put, Url, new { }, 409, Conflict, "The URL of f is url in its function.yaml; change it there.");
        await RefusedAsync(HttpMethod.Delete, Url, null, 409, Conflict, "The URL of f is url in its function.yaml; change it there.");
    }

    [Test]
    public async Task A_url_that_cannot_be_is_refused()
    {
        await ServeAsync();
        await CreateAsync("f");

        await RefusedAsync(HttpMethod.Post, Url, new { }, 400, "ValidationException", "1 validation error detected: Value null at 'authType'");
        await RefusedAsync(HttpMethod.Post, Url, new { AuthType = "AWS_IAM" }, 400, Invalid, "authType: there is no IAM here");
        await RefusedAsync(HttpMethod.Post, Url, new { AuthType = "NONE", InvokeMode = "RESPONSE_STREAM" }, 400, Invalid, "invokeMode: ");
        await RefusedAsync(HttpMethod.Post, Url, new { AuthType = "NONE", Cors = new { AllowOrigins = new[] { "shop.example/x" } } }, 400, Invalid, "cors.allowOrigins: shop.example/x is no origin");
        await RefusedAsync(HttpMethod.Post, Url, new { AuthType = "NONE", Cors = new { AllowOrigins = new[] { "*" }, AllowCredentials = true } }, 400, Invalid, "cors.allowCredentials: with *");
        await RefusedAsync(HttpMethod.Post, Url + "?Qualifier=live", new { AuthType = "NONE" }, 400, Invalid, "qualifier: a URL is of the whole function here; leave the qualifier out, and ask an alias or version at /fn/f:live/.");
        await RefusedAsync(HttpMethod.Post, "/2021-10-31/functions/g/url", new { AuthType = "NONE" }, 404, "ResourceNotFoundException", "Function not found");
        Assert.That(await StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [TestCase("POST", "/2015-03-31/functions/f/policy", "Functions have no resource policies here")]
    [TestCase("DELETE", "/2015-03-31/functions/f/policy/statement", "Functions have no resource policies here")]
    [TestCase("PUT", "/2019-09-30/functions/f/provisioned-concurrency?Qualifier=1", "Provisioned concurrency is not offered; pinned: N")]
    [TestCase("GET", "/2018-10-31/layers", "Layers are not offered")]
    public async Task What_is_not_offered_says_what_stands_in_its_place(string method, string path, string hint)
    {
        await ServeAsync();

        await RefusedAsync(HttpMethod.Parse(method), path, null, 404, "UnknownOperationException", hint);
    }

    private async Task<HttpStatusCode> StatusAsync()
    {
        using var answer = await Client.GetAsync("/fn/f/");
        return answer.StatusCode;
    }
}
