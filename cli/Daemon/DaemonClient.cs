using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text.Json;
using Roost.Cli.Output;

namespace Roost.Cli.Daemon;

/// <summary>The daemon's HTTP API. Every failure is a <see cref="DaemonException"/> whose message is fit to be printed.</summary>
internal sealed class DaemonClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly Uri _base;
    private readonly RemoteAccess? _access;

    public DaemonClient(DaemonAddress address)
    {
        _base = address.Url ?? new Uri("http://localhost"); // the name is only for the Host header
        _access = address.Access;
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            SslOptions = _access?.TlsOptions() ?? new SslClientAuthenticationOptions(),
            ConnectCallback = (context, cancellationToken) => address.Url is null
                ? DaemonConnection.OpenAsync(address, cancellationToken)
                : DaemonConnection.OpenAsync(address, address.Url, context.DnsEndPoint, cancellationToken),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // a function may run for 15 minutes, a tail for days; Ctrl-C ends both
        };
    }

    /// <summary>One JSON document.</summary>
    /// <param name="what">What is being done, for the error line: "shadow of vac-01".</param>
    public Task<JsonDocument> GetJsonAsync(string path, string what, CancellationToken cancellationToken) =>
        SendJsonAsync(HttpMethod.Get, path, content: null, what, cancellationToken);

    /// <summary>Whatever is sent, one JSON document comes back.</summary>
    public async Task<JsonDocument> SendJsonAsync(HttpMethod method, string path, HttpContent? content, string what, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, content, what, cancellationToken);
        return await ReadJsonAsync(response, what, cancellationToken);
    }

    public static ByteArrayContent Body(byte[] bytes, string mediaType)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return content;
    }

    /// <returns>The answer with its headers read and a good status; its body comes as it is read.</returns>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content, string what, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        // The path is exactly what stands here: a topic named ".." must not be folded away.
        var target = new Uri($"{_base.GetLeftPart(UriPartial.Authority)}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(method, target) { Content = content };
        if (_access?.Token is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw exception.InnerException as DaemonException
                ?? (_access?.Why(_base) is { } refusal ? new DaemonException(refusal, exception) : null)
                ?? new DaemonException($"{what}: the daemon closed the connection before it answered ({exception.Message}); its log may tell why: journalctl -u roost", exception);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var message = await MessageAsync(response, cancellationToken);
            var isWhole = message.StartsWith("There is no ", StringComparison.Ordinal); // it names what was asked for itself
            if (response.StatusCode == HttpStatusCode.InternalServerError && path.StartsWith("/things/", StringComparison.Ordinal))
            {
                message += "; 'roost shadow check' tells whether it is damaged, and the daemon's log what else it may be"; // the words are the cloud's
            }

            if (_access is not null && (response.StatusCode == HttpStatusCode.Unauthorized || (response.StatusCode == HttpStatusCode.Forbidden && _access.Token is null)))
            {
                message = _access.Token is null
                    ? $"the gateway asks who you are; give a token with --token-file or ${RemoteAccess.TokenVariable} ('roost token create NAME --policy admin' on the gateway prints one)"
                    : $"the token is not taken: it was revoked, has ended, or is another gateway's ({message.TrimEnd('.')})";
            }

            throw new DaemonException(isWhole ? $"there is no {message["There is no ".Length..].TrimEnd('.')}" : $"{what}: {message}", status: response.StatusCode);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The document that an answer holds.</summary>
    public static async Task<JsonDocument> ReadJsonAsync(HttpResponseMessage response, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        }
        catch (Exception exception) when (exception is JsonException or HttpRequestException or IOException)
        {
            throw new DaemonException($"{what}: the answer is not whole ({exception.Message}); is this a Roost daemon of the same version?", exception);
        }
    }

    /// <summary>The daemon's own words where it gives some: <c>{"message": "..."}</c>, AWS's functions say <c>Message</c>. Several faults are a line each.</summary>
    private static async Task<string> MessageAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            var faults = Listing.Of(json.RootElement, "faults").Select(fault => FaultText.Short(JsonText.Cell(fault))).ToList();
            if (faults.Count > 0)
            {
                return faults.Count == 1 ? faults[0] : $"{faults.Count} faults\n  {string.Join("\n  ", faults)}";
            }

            foreach (var property in json.RootElement.EnumerateObject())
            {
                if (string.Equals(property.Name, "message", StringComparison.OrdinalIgnoreCase) && property.Value.ValueKind == JsonValueKind.String)
                {
                    return property.Value.GetString()!;
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or HttpRequestException or IOException)
        {
            // Not JSON, or cut off: the status has to do.
        }

        return response.StatusCode == HttpStatusCode.NotFound
            ? "the daemon knows nothing of it (404)"
            : $"the daemon answered {(int)response.StatusCode} {response.ReasonPhrase}";
    }
}
