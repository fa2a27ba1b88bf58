using System.Net.Http.Json;
using System.Text.Json;
using Roost.LocalLambda.Tests.Code.Zip;

namespace Roost.LocalLambda.Tests.Http.ControlPlane;

/// <summary>Calls of Lambda's control plane as they come over HTTP. What AWS's own clients make of them is shown end to end.</summary>
internal abstract class ControlPlaneFixture : HttpFixture
{
    protected const string Functions = "/2015-03-31/functions";

    protected static string Zip(string code = "def handler(event, context): return 1", string? yaml = null)
    {
        var zip = new ZipBuilder().Add("main.py", code);
        return Convert.ToBase64String((yaml is null ? zip : zip.Add("function.yaml", yaml)).ToArray());
    }

    protected static object Create(string name, string? zip = null, string? runtime = "python3.x", string? handler = "main.handler") =>
        new { FunctionName = name, Role = "arn:aws:iam::000000000000:role/r", Runtime = runtime, Handler = handler, Code = new { ZipFile = zip ?? Zip() } };

    protected Task<JsonElement> CreateAsync(string name, string? zip = null) => SendAsync(HttpMethod.Post, Functions, Create(name, zip), 201);

    /// <summary>The answer, which must have the status.</summary>
    protected async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, int status)
    {
        using var response = await SendAsync(method, path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That((int)response.StatusCode, Is.EqualTo(status), text);
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    protected async Task RefusedAsync(HttpMethod method, string path, object? body, int status, string type, string message)
    {
        using var response = await SendAsync(method, path, body);
        await AssertRefusedAsync(response, status, type, message);
    }

    protected async Task<string> CallAsync(string name)
    {
        using var response = await InvokeAsync(name, "{}");
        return await response.Content.ReadAsStringAsync();
    }

    protected string[] CodeFolder() => [.. Directory.GetFileSystemEntries(Path.Combine(Folder["data"], "code")).Select(path => Path.GetFileName(path))];

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, options: JsonSerializerOptions.Default) };
        return await Client.SendAsync(request);
    }
}
