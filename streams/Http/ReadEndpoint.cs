using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Roost.Streams.Records;

namespace Roost.Streams.Http;

/// <summary><c>GET /api/v1/streams/{name}/records</c>: records as lines of JSON, from a place on.</summary>
internal sealed class ReadEndpoint(IStreamCatalog catalog, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    private const int ReadBytes = 256 * 1024;

    /// <summary>An answer ends after so many bytes of records, however many were asked for; the reader goes on from the last offset.</summary>
    private const int MaxAnswerBytes = 8 * 1024 * 1024;

    public Task HandleAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        var stream = StreamRoute.Resolve(context, catalog);
        var from = ReadRequest.From(context, stream, stream.FirstOffset, clock);
        var most = ReadRequest.Count(context, "max", ReadRequest.DefaultRecords, ReadRequest.MostRecords);
        var wait = ReadRequest.Wait(context);
        using var reader = stream.OpenReader(from);
        var records = await FirstAsync(reader, most, wait, context.RequestAborted);

        ReadRequest.NoteSkipped(context, stream, from);
        context.Response.ContentType = "application/x-ndjson";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, Answer.Json);
        var bytes = 0;
        while (records.Count > 0)
        {
            foreach (var record in records)
            {
                RecordJson.WriteLine(context.Response.BodyWriter, json, record);
                bytes += record.Payload.Length;
            }

            most -= records.Count;
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            if (most == 0 || bytes >= MaxAnswerBytes || !reader.TryRead(most, ReadBytes, out records))
            {
                return;
            }
        }

        await context.Response.StartAsync(context.RequestAborted);
    });

    /// <returns>Empty when nothing came in time, or before the daemon stops.</returns>
    private async Task<IReadOnlyList<StreamRecord>> FirstAsync(RecordReader reader, int most, TimeSpan wait, CancellationToken aborted)
    {
        if (wait == TimeSpan.Zero)
        {
            return reader.TryRead(most, ReadBytes, out var records) ? records : [];
        }

        using var time = new CancellationTokenSource(wait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, aborted, lifetime.ApplicationStopping);
        try
        {
            return await reader.ReadAsync(most, ReadBytes, either.Token);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            return [];
        }
    }
}
