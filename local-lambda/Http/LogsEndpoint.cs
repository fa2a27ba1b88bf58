using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Roost.LocalLambda.Output;

namespace Roost.LocalLambda.Http;

/// <summary>
/// The log of a function, or of all: those lines that the query asks for, and with <c>follow=true</c> each that comes, until the caller leaves. Text, a line
/// a line: its time, in brackets a version other than $LATEST, the line. With <c>format=json</c> an object a line.
/// </summary>
internal sealed class LogsEndpoint(LogStore logs, IHostApplicationLifetime lifetime)
{
    // A caller that is slower than the functions misses the oldest of so many.
    private const int MaxBehind = 1024;

    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="function">Null for all.</param>
    public async Task HandleAsync(HttpContext http, FunctionLog? function)
    {
        if (!TryReadQuery(http, out var query, out var fault))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await OwnJson.WriteAsync(http, new { message = fault });
            return;
        }

        var form = new Form(http.Request.Query["format"] == "json", WithName: function is null);
        http.Response.ContentType = form.IsJson ? "application/x-ndjson" : "text/plain; charset=utf-8";
        if (http.Request.Query["follow"].ToString() is "true" or "1")
        {
            await FollowAsync(http, function, query, form);
            return;
        }

        foreach (var line in logs.Open(function, follower: null).Read(query))
        {
            await WriteAsync(http, line, form);
        }
    }

    private async Task FollowAsync(HttpContext http, FunctionLog? function, LogQuery query, Form form)
    {
        var coming = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(MaxBehind) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

        // The gateway's stop waits for open requests; one that follows would never end by itself.
        using var left = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        var selection = new LogSelection(query);
        try
        {
            await http.Response.StartAsync(left.Token);
            foreach (var line in logs.Open(function, coming.Writer).Read(query))
            {
                await WriteAsync(http, line, form);
            }

            await http.Response.Body.FlushAsync(left.Token);
            while (await coming.Reader.WaitToReadAsync(left.Token))
            {
                while (coming.Reader.TryRead(out var next))
                {
                    foreach (var line in selection.Next(next))
                    {
                        await WriteAsync(http, line, form);
                    }
                }

                await http.Response.Body.FlushAsync(left.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has gone, which is how following ends.
        }
        finally
        {
            logs.Unfollow(coming.Writer);
        }
    }

    private static bool TryReadQuery(HttpContext http, out LogQuery query, out string fault)
    {
        var asked = http.Request.Query;
        var (since, last, request) = (asked["since"].ToString(), asked["last"].ToString(), asked["request"].ToString());
        (query, fault) = (default, "");
        DateTimeOffset? from = null;
        int? count = null;
        if (since.Length > 0)
        {
            if (!DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                fault = $"since is '{since}'; use a time like 2026-11-21T12:00:00Z";
                return false;
            }

            from = time;
        }

        if (last.Length > 0)
        {
            if (!int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > LogQuery.MaxLast)
            {
                fault = $"last is '{last}'; use 0 to {LogQuery.MaxLast}";
                return false;
            }

            count = number;
        }

        query = new LogQuery(from, count, request.Length > 0 ? request : null, asked["errors"].ToString() is "true" or "1");
        return true;
    }

    private static async Task WriteAsync(HttpContext http, LogLine line, Form form) => await http.Response.BodyWriter.WriteAsync(Encode(line, form), http.RequestAborted);

    private static byte[] Encode(LogLine line, Form form)
    {
        if (form.IsJson)
        {
            return ToJson(line);
        }

        var version = line.Origin.Version == FunctionArn.Latest ? "" : $"[{line.Origin.Version}] ";
        return [.. Encoding.ASCII.GetBytes($"{line.Time:yyyy-MM-ddTHH:mm:ss.fffZ} {(form.WithName ? line.Function + " " : "")}{version}"), .. line.Text, (byte)'\n'];
    }

    private static byte[] ToJson(LogLine line)
    {
        var bytes = new ArrayBufferWriter<byte>(line.Text.Length + 256);
        using (var json = new Utf8JsonWriter(bytes, s_json))
        {
            json.WriteStartObject();
            json.WriteString("time", $"{line.Time:yyyy-MM-ddTHH:mm:ss.fffZ}");
            json.WriteString("function", line.Function);
            json.WriteString("version", line.Origin.Version);
            if (line.Origin.RequestId is { } requestId)
            {
                json.WriteString("requestId", requestId);
            }

            json.WriteString("kind", line.Origin.Kind switch { LogKind.Printed => "printed", LogKind.Platform => "platform", _ => "failure" });
            json.WriteString("line", Encoding.UTF8.GetString(line.Text));
            json.WriteEndObject();
        }

        bytes.Write("\n"u8);
        return bytes.WrittenSpan.ToArray();
    }

    private sealed record Form(bool IsJson, bool WithName);
}
