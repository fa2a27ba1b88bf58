using System.Text.Json;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Http;

/// <summary>An event as an EventSource would dispatch it.</summary>
/// <param name="Id">The last id seen, of this or an earlier event.</param>
internal sealed record ServerEvent(string Type, string? Id, string Data)
{
    public long Long(string key) => Json.Long(Data, key);

    /// <summary>Like <c>document T 3</c>.</summary>
    public string Brief
    {
        get
        {
            using var data = JsonDocument.Parse(Data);
            return data.RootElement.TryGetProperty("thing", out var thing)
                ? $"{Type} {thing}{(data.RootElement.TryGetProperty("name", out var name) ? "~" + name : "")} {Long("version")}"
                : Type;
        }
    }
}

/// <summary>Reads server-sent events as the HTML standard has it.</summary>
internal sealed class EventReader : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private EventReader(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _lines = new StreamReader(body);
    }

    public string? LastId { get; private set; }

    public static async Task<EventReader> OpenAsync(HttpClient client, string path, string? lastId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastId);
        }

        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/event-stream"));
        return new EventReader(response, await response.Content.ReadAsStreamAsync()) { LastId = lastId };
    }

    /// <summary>The next event; null at the end of the stream.</summary>
    public async Task<ServerEvent?> NextAsync()
    {
        var (type, data) = ("message", "");
        while (await Eventually.CompletesAsync(_lines.ReadLineAsync(), "an event") is { } line)
        {
            if (line.Length == 0 && data.Length > 0)
            {
                return new ServerEvent(type, LastId, data);
            }

            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            switch (colon > 0 ? line[..colon] : "")
            {
                case "event":
                    type = line[(colon + 2)..];
                    break;
                case "id":
                    LastId = line[(colon + 2)..];
                    break;
                case "data":
                    data = line[(colon + 2)..];
                    break;
            }
        }

        return null;
    }

    /// <summary>The next <paramref name="count"/> events in short.</summary>
    public async Task<string[]> BriefAsync(int count)
    {
        var events = new string[count];
        for (var i = 0; i < count; i++)
        {
            events[i] = (await NextAsync())?.Brief ?? "end";
        }

        return events;
    }

    public void Dispose()
    {
        _response.Dispose();
        _lines.Dispose();
    }
}
