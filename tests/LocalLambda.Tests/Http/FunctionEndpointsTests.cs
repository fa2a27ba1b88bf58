using System.Net;
using System.Text.Json;

namespace Roost.LocalLambda.Tests.Http;

internal sealed class FunctionEndpointsTests : HttpFixture
{
    [Test]
    public async Task The_list_tells_state_and_faults()
    {
        Python("well", "def handler(event, context): pass");
        Python("ill", "def handler(event, context): pass", "memory: much\n");
        await ServeAsync();

        using var list = JsonDocument.Parse(await Client.GetStringAsync("/api/v1/functions"));

        var (ill, well) = (list.RootElement.GetProperty("functions")[0], list.RootElement.GetProperty("functions")[1]);
        Assert.That(ill.GetProperty("state").GetString(), Is.EqualTo("failed"));
        Assert.That(ill.GetProperty("faults")[0].GetString(), Does.EndWith("line 4: memory is 'much'; use 16MiB to 10GiB, with its unit: 128MiB"));
        Assert.That(well.GetProperty("state").GetString(), Is.EqualTo("ready"));
    }

    [Test]
    public async Task Lambdas_list_tells_the_environment_as_AWS_does()
    {
        Python("well", "def handler(event, context): pass", "environment: { TOKEN: sesame }\n");
        await ServeAsync();

        var list = await Client.GetStringAsync("/2015-03-31/functions");

        Assert.That(list, Does.Contain("\"TOKEN\":\"sesame\"").And.Contain("\"FunctionArn\":\"arn:aws:lambda:local:000000000000:function:well\""));
        Assert.That(await Client.GetStringAsync("/2015-03-31/functions/well"), Does.StartWith("{\"Configuration\":{\"FunctionName\":\"well\""));
        await AssertRefusedAsync(await Client.GetAsync("/2015-03-31/functions/nobody"), 404, "ResourceNotFoundException", "Function not found");
    }

    [Test]
    public async Task One_function_tells_what_calls_it()
    {
        Python("busy", "def handler(event, context): pass", "url: true\ntriggers: [ { topic: a/+ }, { lifecycle: stop }, { schedule: \"at(2020-01-01T00:00:00)\" } ]\n");
        await ServeAsync();

        using var busy = JsonDocument.Parse(await Client.GetStringAsync("/api/v1/functions/busy"));

        Assert.That(busy.RootElement.GetProperty("url").GetString(), Is.EqualTo("/fn/busy/"));
        Assert.That(busy.RootElement.GetProperty("triggers").GetRawText(), Is.EqualTo("""[{"kind":"topic","what":"a/+"},{"kind":"lifecycle","what":"stop"},{"kind":"schedule","what":"at(2020-01-01T00:00:00)","state":"Over"}]"""));
    }

    [TestCase("")]
    [TestCase("/logs")]
    [TestCase("/dead-letters")]
    public async Task An_unknown_function_is_not_found(string path)
    {
        await ServeAsync();

        var response = await Client.GetAsync($"/api/v1/functions/nobody{path}");

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.StartWith("{\"message\":\"There is no function"));
    }

    [Test]
    public async Task The_log_can_be_followed_while_the_function_runs()
    {
        Python("chatty", "def handler(event, context):\n    print('said', event)");
        await ServeAsync();
        await InvokeAsync("chatty", "1", []);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var lines = new StreamReader(await Client.GetStreamAsync("/api/v1/functions/chatty/logs?follow=true", limit.Token));

        Assert.That(await LineWithAsync("said"), Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z said 1$"), "what was printed before");
        await InvokeAsync("chatty", "2", []);
        Assert.That(await LineWithAsync("said"), Does.EndWith(" said 2"), "what comes");
        Assert.That(await Client.GetStringAsync("/api/v1/functions/chatty/logs"), Does.Contain(" said 1\n").And.Contain(" said 2\n"));

        async Task<string> LineWithAsync(string text)
        {
            while (true)
            {
                if (await lines.ReadLineAsync(limit.Token) is { } line && line.Contains(text))
                {
                    return line;
                }
            }
        }
    }
}
