using Roost.Shadow.Documents;
using Roost.Shadow.Watching;

namespace Roost.Shadow.Http;

/// <summary>
/// What a feed says as server-sent events. The id stands in the last event of a change: who was cut off before it is sent the whole change again.
/// </summary>
internal static class EventText
{
    public static byte[] Of(IReadOnlyList<FeedEvent> items)
    {
        var writer = PayloadWriter.Begin();
        foreach (var item in items)
        {
            Write(writer, item);
        }

        return writer.Take();
    }

    private static void Write(PayloadWriter writer, FeedEvent item)
    {
        switch (item.Kind)
        {
            case FeedEventKind.Reset:
                writer.Raw("event: reset\ndata: {}\n\n"u8);
                break;
            case FeedEventKind.Ready:
                WriteEvent(writer, "ready"u8, item.Position, static (writer, _) => writer.Raw("{}"u8), item);
                break;
            case FeedEventKind.Quiet:
                // A comment, so that both ends notice when the other is gone. An id without data moves the client's place and is no event.
                writer.Raw(": quiet\n"u8);
                WriteId(writer, item.Position);
                writer.Raw("\n"u8);
                break;
            case FeedEventKind.Shadow when item.Record!.State is null:
                WriteEvent(writer, "deleted"u8, item.Position, WriteDeleted, item);
                break;
            default:
                if (item.Record!.State!.Delta() is not null)
                {
                    WriteEvent(writer, "delta"u8, position: null, WriteDelta, item);
                }

                WriteEvent(writer, "document"u8, item.Position, WriteDocument, item);
                break;
        }
    }

    private static void WriteEvent(PayloadWriter writer, ReadOnlySpan<byte> name, EventPosition? position, Action<PayloadWriter, FeedEvent> data, FeedEvent item)
    {
        writer.Raw("event: "u8);
        writer.Raw(name);
        writer.Raw("\n"u8);
        WriteId(writer, position);
        writer.Raw("data: "u8);
        data(writer, item);
        writer.Raw("\n\n"u8);
    }

    private static void WriteId(PayloadWriter writer, EventPosition? position)
    {
        if (position is not null)
        {
            writer.Raw("id: "u8);
            writer.Ascii(position.ToString());
            writer.Raw("\n"u8);
        }
    }

    private static void WriteDocument(PayloadWriter writer, FeedEvent item)
    {
        WriteHead(writer, item);
        writer.Raw(",\"etag\":"u8);
        writer.Text(EntityTags.Of(ShadowRevision.Of(item.Record!)));
        var state = item.Record!.State!;
        writer.Raw(",\"state\":"u8);
        MessageWriter.Sections(writer, state.Desired, state.Reported, metadata: false);
        writer.Raw(",\"metadata\":"u8);
        MessageWriter.Sections(writer, state.Desired, state.Reported, metadata: true);
        writer.Raw("}"u8);
    }

    private static void WriteDelta(PayloadWriter writer, FeedEvent item)
    {
        WriteHead(writer, item);
        var delta = item.Record!.State!.Delta()!;
        writer.Raw(",\"state\":"u8);
        delta.WriteState(writer);
        writer.Raw(",\"metadata\":"u8);
        delta.WriteMetadata(writer);
        writer.Raw("}"u8);
    }

    private static void WriteDeleted(PayloadWriter writer, FeedEvent item)
    {
        WriteHead(writer, item);
        writer.Raw("}"u8);
    }

    private static void WriteHead(PayloadWriter writer, FeedEvent item)
    {
        writer.Raw("{\"thing\":"u8);
        writer.Text(item.Id.Thing);
        if (!item.Id.IsClassic)
        {
            writer.Raw(",\"name\":"u8);
            writer.Text(item.Id.Name);
        }

        writer.Raw(",\"version\":"u8);
        writer.Number(item.Record!.Version);
        writer.Raw(",\"timestamp\":"u8);
        writer.Number(item.Record.UpdatedSeconds);
        if (item.ClientToken is { } token)
        {
            writer.Raw(",\"clientToken\":"u8);
            writer.Text(token);
        }

        if (item.Skipped > 0)
        {
            writer.Raw(",\"skipped\":"u8);
            writer.Number(item.Skipped);
        }
    }
}
