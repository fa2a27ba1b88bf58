using System.Net;
using System.Text;
using System.Text.Json;
using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests.Inside;

/// <summary>The real daemon with functions that have grants, each in a sandbox without network.</summary>
internal sealed class InsideDaemon : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();

    public RoostDaemon Roost { get; private set; } = null!;

    /// <summary>A function that sends what its event says, byte by byte, and tells what came back.</summary>
    public void Prober(string name, string grants) => Python(name, grants, """
        import os, socket

        def handler(event, context):
            if "variables" in event:
                return {key: value for key, value in os.environ.items() if key.startswith(("AWS_", "ROOST_"))}
            if "unix" in event:
                connection = socket.socket(socket.AF_UNIX)
                connection.connect(os.environ["ROOST_ENDPOINT_SOCKET"])
            else:
                host, port = os.environ["ROOST_ENDPOINT"].removeprefix("http://").split(":")
                connection = socket.create_connection((host, int(port)))
            connection.settimeout(10)
            connection.sendall(event["send"].encode("latin-1"))
            answer = b""
            while part := connection.recv(65536):
                answer += part
            return answer.decode("latin-1")
        """);

    public void Python(string name, string grants, string code) => Function(name, $"""
        runtime: python3.x
        handler: main.handler
        timeout: 2m
        memory: 256MiB
        {grants}
        """, ("main.py", code));

    public string Function(string name, string yaml, params (string File, string Text)[] files)
    {
        var folder = Directory.CreateDirectory(_folder[$"functions/{name}"]).FullName;
        File.WriteAllText(Path.Combine(folder, "function.yaml"), yaml);
        foreach (var (file, text) in files)
        {
            File.WriteAllText(Path.Combine(folder, file), text);
        }

        return folder;
    }

    public async Task StartAsync(string configuration)
    {
        Roost = new RoostDaemon(_folder.Path, $"functions: {{ folder: {_folder["functions"]}, init-timeout: 2m }}\n{configuration}\n");
        await Roost.StartAsync();
    }

    /// <summary>The answer of an invocation, which must not fail.</summary>
    public async Task<JsonElement> InvokeAsync(string function, object payload)
    {
        using var content = new StringContent(JsonSerializer.Serialize(payload), Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(new Uri($"{Roost.Url}/2015-03-31/functions/{function}/invocations"), content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
        Assert.That(response.Headers.Contains("X-Amz-Function-Error"), Is.False, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>What the endpoint answers to one request of a function, in full.</summary>
    public async Task<string> AskAsync(string function, string request, string body = "", string headers = "") =>
        await SendAsync(function, $"{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}");

    public async Task<string> SendAsync(string function, string bytes) => (await InvokeAsync(function, new { send = bytes })).GetString()!;

    /// <summary>As anyone on the gateway's own listener.</summary>
    public async Task<string> GetAsync(string path) => await _http.GetStringAsync(new Uri(Roost.Url + path));

    public async Task PublishAsync(string topic, string payload, string query)
    {
        using var content = new StringContent(payload);
        using var response = await _http.PostAsync(new Uri($"{Roost.Url}/topics/{Uri.EscapeDataString(topic)}?{query}"), content);
        response.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        if (Roost is not null)
        {
            await Roost.DisposeAsync();
        }

        _http.Dispose();
        _folder.Dispose();
    }
}
