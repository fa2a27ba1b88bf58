using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Roost.Streams.Records;

namespace Roost.Streams.Http;

/// <summary>
/// <c>GET /api/v1/streams/{name}/tail</c>: the last records, and then each as it comes, as lines of JSON or, for
/// <c>Accept: text/event-stream</c>, as events whose id is the offset.
/// </summary>
internal sealed class TailEndpoint(IStreamCatalog catalog, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    private const int ReadBytes = 256 * 1024;
    private const int ReadRecords = 1000;

    /// <summary>A silent stream says so now and then: proxies close what is silent, and a client that is gone shows.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(15);

    public Task HandleAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        var stream = StreamRoute.Resolve(context, catalog);
        var from = From(context, stream);
        var most = ReadRequest.Count(context, "max", int.MaxValue, int.MaxValue);
        var events = context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);
        using var reader = stream.OpenReader(from);
        ReadRequest.NoteSkipped(context, stream, from);

        context.Response.ContentType = events ? "text/event-stream" : "application/x-ndjson";
        context.Response.Headers.CacheControl = "no-cache";
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await FollowAsync(reader, context.Response.BodyWriter, events, most, ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // the client went, or the daemon stops
        }
        catch (StreamRefusedException exception)
        {
            await SayEndAsync(context.Response.BodyWriter, events, exception.Message, context.RequestAborted);
        }
    });

    /// <summary>Where the client was (<c>Last-Event-ID</c>), where it says, or so many records before the end.</summary>
    private long From(HttpContext context, RecordStream stream)
    {
        if (long.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last < stream.NextOffset)
        {
            return last + 1;
        }

        var end = stream.DurableOffset;
        var before = context.Request.Query.ContainsKey("last") ? ReadRequest.Count(context, "last", 0, ReadRequest.MostRecords) : 0;
        return ReadRequest.From(context, stream, Math.Max(stream.FirstOffset, end - before), clock);
    }

    private async Task FollowAsync(RecordReader reader, PipeWriter output, bool events, int most, CancellationToken ended)
    {
        await using var json = new Utf8JsonWriter(output, Answer.Json);
        while (most > 0)
        {
            if (await NextAsync(reader, Math.Min(most, ReadRecords), ended) is not { } records)
            {
                output.Write(events ? ":\n\n"u8 : "\n"u8);
            }
            else
            {
                most -= records.Count;
                foreach (var record in records)
                {
                    Write(output, json, record, events);
                }
            }

            await output.FlushAsync(ended);
        }
    }

    /// <summary>The last line: that it is no record shows in that it has a message and no offset.</summary>
    private static async Task SayEndAsync(PipeWriter output, bool events, string message, CancellationToken aborted)
    {
        output.Write(events ? "event: end\ndata: "u8 : []);
        await using (var json = new Utf8JsonWriter(output, Answer.Json))
        {
            json.WriteStartObject();
            json.WriteString("message", message);
            json.WriteEndObject();
        }

        output.Write(events ? "\n\n"u8 : "\n"u8);
        await output.FlushAsync(aborted);
    }

    private static void Write(PipeWriter output, Utf8JsonWriter json, in StreamRecord record, bool events)
    {
        if (events)
        {
            Encoding.ASCII.GetBytes($"id: {record.Offset}\ndata: ", output);
        }

        RecordJson.WriteLine(output, json, record);
        if (events)
        {
            output.Write("\n"u8);
        }
    }

    /// <returns>Null after a silence.</returns>
    private async Task<IReadOnlyList<StreamRecord>?> NextAsync(RecordReader reader, int most, CancellationToken ended)
    {
        using var silence = new CancellationTokenSource(s_silence, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, ended);
        try
        {
            return await reader.ReadAsync(most, ReadBytes, either.Token);
        }
        catch (OperationCanceledException) when (!ended.IsCancellationRequested)
        {
            return null;
        }
    }
}
