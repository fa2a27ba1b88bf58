using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Roost.Streams.Http;

/// <summary><c>/api/v1/streams/{name}/producers</c>: who appends with a sequence, and new epochs.</summary>
internal sealed class ProducerEndpoints(IStreamCatalog catalog)
{
    /// <summary><c>GET .../producers</c>.</summary>
    public Task ListAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        var producers = StreamRoute.Resolve(context, catalog).Producers.All;
        await Answer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("producers");
            foreach (var producer in producers)
            {
                json.WriteStartObject();
                json.WriteString("id", producer.Name);
                json.WriteNumber("epoch", producer.Epoch);
                json.WriteNumber("nextSequence", producer.Next);
                json.WriteString("usedAt", producer.UsedAt.UtcDateTime);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    });

    /// <summary><c>POST .../producers/{producer}</c>: begins its next epoch, which shuts out who still appends under an older one.</summary>
    public Task BeginAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        var (stream, id) = (StreamRoute.Resolve(context, catalog), ProducerRequest.Id(context));
        var epoch = await stream.BeginEpochAsync(id);
        await Answer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteNumber("epoch", epoch);
            json.WriteNumber("nextSequence", 0);
            json.WriteEndObject();
        });
    });
}
