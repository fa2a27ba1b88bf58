using System.Net;
using System.Text;
using System.Text.Json;
using Roost.LocalLambda.Tests.Http;

namespace Roost.LocalLambda.Tests.Sources.Urls;

/// <summary>Functions as web servers, over a real connection.</summary>
internal sealed class FunctionUrlTests : HttpFixture
{
    private const string Echo = "def handler(event, context):\n    return event";

    [Test]
    public async Task The_event_has_payload_format_2()
    {
        Python("echo", Echo, "url: true\n");
        await ServeAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, "/fn/echo/rooms/living%20room?a=1&b=x%20y&a=2")
        {
            Content = new StringContent("{\"on\":true}", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Two", ["one", "two"]);
        request.Headers.Add("Cookie", "session=7; theme=dark");
        request.Headers.Add("User-Agent", "test/1");

        var answer = JsonDocument.Parse(await (await Client.SendAsync(request)).Content.ReadAsStringAsync()).RootElement;

        Assert.That(answer.GetProperty("version").GetString(), Is.EqualTo("2.0"));
        Assert.That(answer.GetProperty("routeKey").GetString(), Is.EqualTo("$default"));
        Assert.That(answer.GetProperty("rawPath").GetString(), Is.EqualTo("/rooms/living%20room"));
        Assert.That(answer.GetProperty("rawQueryString").GetString(), Is.EqualTo("a=1&b=x%20y&a=2"));
        Assert.That(answer.GetProperty("cookies").EnumerateArray().Select(cookie => cookie.GetString()), Is.EqualTo(["session=7", "theme=dark"]));
        Assert.That(answer.GetProperty("headers").GetProperty("x-two").GetString()!.Replace(" ", "", StringComparison.Ordinal), Is.EqualTo("one,two"));
        Assert.That(answer.GetProperty("headers").GetProperty("content-type").GetString(), Is.EqualTo("application/json; charset=utf-8"));
        Assert.That(answer.GetProperty("headers").TryGetProperty("cookie", out _), Is.False);
        Assert.That(answer.GetProperty("queryStringParameters").GetRawText(), Is.EqualTo("""{"a": "1,2", "b": "x y"}"""), "with the spaces of Python's JSON");
        Assert.That(answer.GetProperty("body").GetString(), Is.EqualTo("{\"on\":true}"));
        Assert.That(answer.GetProperty("isBase64Encoded").GetBoolean(), Is.False);
        var context = answer.GetProperty("requestContext");
        Assert.That(context.GetProperty("http").GetRawText(), Is.EqualTo("""{"method": "PUT", "path": "/rooms/living%20room", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test/1"}"""));
        Assert.That((context.GetProperty("accountId").GetString(), context.GetProperty("apiId").GetString(), context.GetProperty("domainName").GetString(), context.GetProperty("domainPrefix").GetString()),
            Is.EqualTo(("anonymous", "echo", "127.0.0.1", "127")));
        Assert.That((context.GetProperty("stage").GetString(), context.GetProperty("routeKey").GetString()), Is.EqualTo(("$default", "$default")));
        Assert.That(context.GetProperty("time").GetString(), Does.Match(@"^\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000$"));
        Assert.That(context.GetProperty("timeEpoch").GetInt64(), Is.GreaterThan(1_700_000_000_000));
    }

    [Test]
    public async Task A_request_without_anything_has_no_cookies_parameters_and_body()
    {
        Python("echo", Echo, "url: true\n");
        await ServeAsync();

        var answer = JsonDocument.Parse(await Client.GetStringAsync("/fn/echo")).RootElement;

        Assert.That(answer.GetProperty("rawPath").GetString(), Is.EqualTo("/"));
        Assert.That(answer.GetProperty("rawQueryString").GetString(), Is.Empty);
        Assert.That(new[] { "cookies", "queryStringParameters", "body" }.Where(member => answer.TryGetProperty(member, out _)), Is.Empty);
    }

    [Test]
    public async Task A_body_that_is_no_text_comes_in_base64()
    {
        Python("echo", Echo, "url: true\n");
        await ServeAsync();
        using var body = new ByteArrayContent([0, 255, 1]);

        var answer = JsonDocument.Parse(await (await Client.PostAsync("/fn/echo", body)).Content.ReadAsStringAsync()).RootElement;

        Assert.That((answer.GetProperty("body").GetString(), answer.GetProperty("isBase64Encoded").GetBoolean()), Is.EqualTo(("AP8B", true)));
    }

    [Test]
    public async Task An_answer_has_status_headers_and_cookies()
    {
        Python("page", """
            def handler(event, context):
                return {"statusCode": 418, "headers": {"Content-Type": "text/html", "X-Kind": "teapot", "Content-Length": "999", "Connection": "close"}, "cookies": ["a=1; Secure", "b=2"], "body": "PGI+", "isBase64Encoded": True}
            """, "url: true\n");
        await ServeAsync();

        var response = await Client.GetAsync("/fn/page/");

        Assert.That((int)response.StatusCode, Is.EqualTo(418));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("<b>"));
        Assert.That(response.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/html"));
        Assert.That(Header(response, "X-Kind"), Is.EqualTo("teapot"));
        Assert.That(response.Headers.GetValues("Set-Cookie"), Is.EqualTo(["a=1; Secure", "b=2"]));
        Assert.That(response.Headers.ConnectionClose, Is.Not.True);
    }

    [Test]
    public async Task A_function_that_fails_is_an_internal_error_without_details()
    {
        Python("raises", "def handler(event, context):\n    raise ValueError('secret')", "url: true\n");
        Python("injects", "def handler(event, context):\n    return {'statusCode': 200, 'headers': {'a': 'b\\r\\nc: d'}}", "url: true\n");
        Python("dies", "import os\ndef handler(event, context):\n    os._exit(3)", "url: true\n");
        await ServeAsync();

        foreach (var function in new[] { "raises", "injects", "dies" })
        {
            var response = await Client.GetAsync($"/fn/{function}");

            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadGateway), function);
            Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("Internal Server Error"), function);
        }
    }

    [Test]
    public async Task Only_functions_with_a_url_answer()
    {
        Python("private", Echo);
        Python("echo", Echo, "url: true\n");
        await ServeAsync();

        Assert.That((await Client.GetAsync("/fn/private")).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await Client.GetAsync("/fn/nobody")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await Client.GetAsync("/fn/a%20b")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await Client.GetAsync("/fn/echo:none")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_body_that_is_too_large_is_refused()
    {
        Python("echo", Echo, "url: true\n");
        await ServeAsync();
        using var body = new ByteArrayContent(new byte[FunctionHost.MaxPayloadBytes + 1]);
        using var grows = new ByteArrayContent(new byte[FunctionHost.MaxPayloadBytes - 1]); // not in base64

        Assert.That((await Client.PostAsync("/fn/echo", body)).StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That((await Client.PostAsync("/fn/echo", grows)).StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    [Test]
    public async Task A_browsers_question_is_answered_without_the_function()
    {
        Python("echo", "def handler(event, context):\n    return {'statusCode': 200, 'headers': {'access-control-allow-origin': '*'}, 'body': event['requestContext']['http']['method']}",
            "url: { auth: none, cors: { allow-origins: [ \"https://shop.example\" ], allow-methods: [ GET, PUT ], allow-headers: [ x-key ], expose-headers: [ x-next ], max-age: 1h } }\n");
        await ServeAsync();

        var preflight = await AskAsync(HttpMethod.Options, "https://shop.example", preflight: true);
        var answer = await AskAsync(HttpMethod.Get, "https://shop.example");
        var stranger = await AskAsync(HttpMethod.Options, "https://other.example", preflight: true);

        Assert.That(Log("echo"), Does.Not.Contain("OPTIONS"));
        Assert.That((Header(preflight, "Access-Control-Allow-Origin"), Header(preflight, "Access-Control-Allow-Methods"), Header(preflight, "Access-Control-Allow-Headers"), Header(preflight, "Access-Control-Max-Age")),
            Is.EqualTo(("https://shop.example", "GET,PUT", "x-key", "3600")));
        Assert.That((Header(answer, "Access-Control-Allow-Origin"), Header(answer, "Access-Control-Expose-Headers"), Header(answer, "Vary")), Is.EqualTo(("https://shop.example", "x-next", "Origin")));
        Assert.That(await stranger.Content.ReadAsStringAsync(), Is.EqualTo("OPTIONS"), "the function itself answers");
        Assert.That(Header(stranger, "Access-Control-Allow-Methods"), Is.Empty);

        async Task<HttpResponseMessage> AskAsync(HttpMethod method, string origin, bool preflight = false)
        {
            using var request = new HttpRequestMessage(method, "/fn/echo/");
            request.Headers.Add("Origin", origin);
            if (preflight)
            {
                request.Headers.Add("Access-Control-Request-Method", "PUT");
            }

            return await Client.SendAsync(request);
        }
    }
}
