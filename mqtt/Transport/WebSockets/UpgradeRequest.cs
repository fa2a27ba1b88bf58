using System.Net;
using System.Security.Cryptography;
using System.Text;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Transport.WebSockets;

/// <summary>
/// The HTTP/1.1 request that opens a WebSocket (RFC 6455 section 4.2.1), and its answer. Strict, as what is let through here is
/// not HTTP any more. Pure.
/// </summary>
internal sealed class UpgradeRequest
{
    /// <summary>Request line and header fields together.</summary>
    public const int MaxBytes = 8 * 1024;

    private const string KeySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // section 1.3
    private const string SupportedVersion = "13";

    private readonly Dictionary<string, string> _fields = new(StringComparer.OrdinalIgnoreCase);
    private string _method = "";
    private string _target = "";

    private UpgradeRequest()
    {
    }

    /// <summary>Whether it was taken; <see cref="Answer"/> goes out either way.</summary>
    public bool IsAccepted { get; private set; }

    /// <summary>The whole HTTP answer.</summary>
    public byte[] Answer { get; private set; } = [];

    /// <summary>Why it was refused, for the log; empty when it was not.</summary>
    public string Refusal { get; private set; } = "";

    /// <summary>Of a page in a browser; null when a program asks.</summary>
    public string? Origin => _fields.GetValueOrDefault("Origin");

    /// <param name="length">Bytes of the request when it is complete.</param>
    /// <returns>Null: there is more to come.</returns>
    public static UpgradeRequest? Read(ReadOnlySpan<byte> bytes, MqttListenerOptions listener, out int length)
    {
        var request = new UpgradeRequest();
        var head = bytes[..Math.Min(bytes.Length, MaxBytes)];
        var end = head.IndexOf("\r\n\r\n"u8);
        length = end + 4;
        if (end < 0)
        {
            if (bytes.Length < MaxBytes)
            {
                return null;
            }

            length = bytes.Length;
            request.Refuse(HttpStatusCode.RequestHeaderFieldsTooLarge, "the request is too large");
        }
        else if (!Ascii.IsValid(head[..end]) || !request.Parse(Encoding.ASCII.GetString(head[..end])))
        {
            request.Refuse(HttpStatusCode.BadRequest, "this is no HTTP/1.1 request");
        }
        else
        {
            request.Decide(listener);
        }

        return request;
    }

    /// <summary><c>mqtt</c> wherever it is offered [MQTT-6.0.0-4], else <c>mqttv3.1</c> as clients of 3.1 say; null: neither is.</summary>
    public static string? ChooseSubprotocol(IEnumerable<string> offered) =>
        offered.Where(static name => name is "mqtt" or "mqttv3.1").Min(StringComparer.Ordinal);

    private bool Parse(string head)
    {
        var lines = head.Split("\r\n");
        if (lines[0].Split(' ') is not [var method, ['/', ..] target, "HTTP/1.1"])
        {
            return false;
        }

        (_method, _target) = (method, target);
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':');
            if (colon <= 0 || line.AsSpan(0, colon).ContainsAny(" \t") || line.Any(static character => char.IsControl(character) && character != '\t'))
            {
                return false; // folded lines are none of this century
            }

            var (name, value) = (line[..colon], line[(colon + 1)..].Trim(' ', '\t'));
            var isList = name.Equals("Connection", StringComparison.OrdinalIgnoreCase) || name.Equals("Upgrade", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase);
            if (!_fields.TryAdd(name, value))
            {
                if (name.Equals("Host", StringComparison.OrdinalIgnoreCase) || name.Equals("Origin", StringComparison.OrdinalIgnoreCase))
                {
                    return false; // two of them are a trick
                }

                _fields[name] = isList ? $"{_fields[name]}, {value}" : value;
            }
        }

        return !string.IsNullOrEmpty(_fields.GetValueOrDefault("Host")) && !_fields.ContainsKey("Transfer-Encoding") && _fields.GetValueOrDefault("Content-Length", "0") == "0";
    }

    private void Decide(MqttListenerOptions listener)
    {
        var path = _target.Split('?', 2)[0];
        var key = _fields.GetValueOrDefault("Sec-WebSocket-Key", "");
        if (path != listener.Path)
        {
            Refuse(HttpStatusCode.NotFound, $"MQTT is at {listener.Path}");
        }
        else if (_method != "GET")
        {
            Refuse(HttpStatusCode.MethodNotAllowed, "only GET opens a WebSocket", "Allow: GET");
        }
        else if (!Tokens("Upgrade").Contains("websocket", StringComparer.OrdinalIgnoreCase) || !Tokens("Connection").Contains("Upgrade", StringComparer.OrdinalIgnoreCase))
        {
            Refuse(HttpStatusCode.UpgradeRequired, "this address serves MQTT over WebSocket only", "Upgrade: websocket", "Connection: Upgrade");
        }
        else if (_fields.GetValueOrDefault("Sec-WebSocket-Version") != SupportedVersion)
        {
            Refuse(HttpStatusCode.UpgradeRequired, "the WebSocket version is not 13", $"Sec-WebSocket-Version: {SupportedVersion}"); // section 4.2.2
        }
        else if (!IsSixteenBytes(key))
        {
            Refuse(HttpStatusCode.BadRequest, "Sec-WebSocket-Key is not 16 bytes in base64");
        }
        else if (ChooseSubprotocol(Tokens("Sec-WebSocket-Protocol")) is not { } subprotocol)
        {
            Refuse(HttpStatusCode.BadRequest, "the subprotocol mqtt is not offered"); // [MQTT-6.0.0-3]
        }
        else if (Origin is { } origin && !listener.Origins.Contains("*") && !listener.Origins.Contains(origin, StringComparer.OrdinalIgnoreCase) && !IsOwn(origin, listener))
        {
            Refuse(HttpStatusCode.Forbidden, $"pages of {Shown(origin)} may not connect; add it to the listener's origins");
        }
        else
        {
            Accept(key, subprotocol);
        }
    }

    /// <summary>
    /// Paho Python names the listener itself as its origin. Without TLS a host name may be anybody's, made to resolve to this machine: there
    /// only localhost and addresses count.
    /// </summary>
    private bool IsOwn(string origin, MqttListenerOptions listener) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && origin.EndsWith($"://{_fields["Host"]}", StringComparison.OrdinalIgnoreCase)
        && (listener.Tls is not null || page.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || page.Host == "localhost");

    private void Accept(string key, string subprotocol)
    {
#pragma warning disable CA5350 // section 4.2.2 names SHA-1, which guards against accidents here and not against anybody
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + KeySuffix)));
#pragma warning restore CA5350
        IsAccepted = true;
        Answer = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: {subprotocol}\r\n\r\n");
    }

    private void Refuse(HttpStatusCode status, string reason, params ReadOnlySpan<string> fields)
    {
        Refusal = reason;
        var answer = new StringBuilder($"HTTP/1.1 {(int)status} {status switch
        {
            HttpStatusCode.NotFound => "Not Found",
            HttpStatusCode.MethodNotAllowed => "Method Not Allowed",
            HttpStatusCode.UpgradeRequired => "Upgrade Required",
            HttpStatusCode.RequestHeaderFieldsTooLarge => "Request Header Fields Too Large",
            HttpStatusCode.Forbidden => "Forbidden",
            _ => "Bad Request",
        }}\r\n");
        foreach (var field in fields)
        {
            answer.Append(field).Append("\r\n");
        }

        if (!answer.ToString().Contains("\r\nConnection:", StringComparison.Ordinal))
        {
            answer.Append("Connection: close\r\n");
        }

        var body = $"{reason}\n";
        answer.Append($"Content-Type: text/plain\r\nContent-Length: {body.Length}\r\n\r\n").Append(body);
        Answer = Encoding.ASCII.GetBytes(answer.ToString());
    }

    private string[] Tokens(string field) =>
        _fields.GetValueOrDefault(field, "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool IsSixteenBytes(string key)
    {
        Span<byte> bytes = stackalloc byte[16];
        return key.Length == 24 && Convert.TryFromBase64String(key, bytes, out var count) && count == 16;
    }

    private static string Shown(string text) => text.Length <= 60 ? text : $"{text[..60]}...";
}
