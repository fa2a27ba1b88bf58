namespace Roost.Shadow.Documents;

/// <summary>The bodies of answers and announcements, key by key in the order in which the cloud's documentation shows them.</summary>
internal static class MessageWriter
{
    public static byte[] Got(ShadowState state, long version, long now, string? token)
    {
        var writer = PayloadWriter.Begin();
        writer.Raw("{\"state\":{"u8);
        var comma = Section(writer, "desired"u8, state.Desired, metadata: false, comma: false);
        comma = Section(writer, "reported"u8, state.Reported, metadata: false, comma);
        Section(writer, "delta"u8, state.Delta(), metadata: false, comma);
        writer.Raw("},\"metadata\":"u8);
        Sections(writer, state.Desired, state.Reported, metadata: true); // no delta here, whatever the documentation's example shows
        return Finish(writer, version, now, token);
    }

    public static byte[] Updated(UpdateRequest request, long version, long now)
    {
        var writer = PayloadWriter.Begin();
        if (request.StateIsNull)
        {
            writer.Raw("{\"state\":null,\"metadata\":{\"timestamp\":"u8);
            writer.Number(now);
            writer.Raw("}"u8);
        }
        else
        {
            writer.Raw("{\"state\":"u8);
            Sections(writer, request.Desired, request.Reported, metadata: false);
            writer.Raw(",\"metadata\":"u8);
            Sections(writer, request.Desired, request.Reported, metadata: true);
        }

        return Finish(writer, version, now, request.ClientToken);
    }

    public static byte[] Delta(StateObject delta, long version, long now, string? token)
    {
        var writer = PayloadWriter.Begin();
        writer.Raw("{\"state\":"u8);
        delta.WriteState(writer);
        writer.Raw(",\"metadata\":"u8);
        delta.WriteMetadata(writer);
        return Finish(writer, version, now, token);
    }

    public static byte[] Documents(ShadowRecord? previous, ShadowRecord current, long now, string? token)
    {
        var writer = PayloadWriter.Begin();
        writer.Raw("{"u8);
        if (previous is not null)
        {
            writer.Raw("\"previous\":"u8);
            Document(writer, previous);
            writer.Raw(","u8);
        }

        writer.Raw("\"current\":"u8);
        Document(writer, current);
        return FinishUnversioned(writer, now, token);
    }

    public static byte[] Deleted(long version, long now, string? token)
    {
        var writer = PayloadWriter.Begin();
        writer.Raw("{\"version\":"u8);
        writer.Number(version);
        return FinishUnversioned(writer, now, token);
    }

    /// <summary>An error document. The keys are in the order of the cloud's own bytes; a 404 has no timestamp there.</summary>
    public static byte[] Rejected(ShadowError fault, long now, string? token)
    {
        var writer = PayloadWriter.Begin();
        writer.Raw("{"u8);
        if (token is not null)
        {
            writer.Raw("\"clientToken\":"u8);
            writer.Text(token);
            writer.Raw(","u8);
        }

        writer.Raw("\"code\":"u8);
        writer.Number(fault.Code);
        writer.Raw(",\"message\":"u8);
        writer.Text(fault.Message);
        if (fault.Code != 404)
        {
            writer.Raw(",\"timestamp\":"u8);
            writer.Number(now);
        }

        writer.Raw("}"u8);
        return writer.Take();
    }

    private static void Document(PayloadWriter writer, ShadowRecord record)
    {
        writer.Raw("{\"state\":"u8);
        Sections(writer, record.State!.Desired, record.State.Reported, metadata: false);
        writer.Raw(",\"metadata\":"u8);
        Sections(writer, record.State.Desired, record.State.Reported, metadata: true);
        writer.Raw(",\"version\":"u8);
        writer.Number(record.Version);
        writer.Raw("}"u8);
    }

    public static void Sections(PayloadWriter writer, StateNode? desired, StateNode? reported, bool metadata)
    {
        writer.Raw("{"u8);
        var comma = Section(writer, "desired"u8, desired, metadata, comma: false);
        Section(writer, "reported"u8, reported, metadata, comma);
        writer.Raw("}"u8);
    }

    private static bool Section(PayloadWriter writer, ReadOnlySpan<byte> name, StateNode? section, bool metadata, bool comma)
    {
        if (section is null)
        {
            return comma;
        }

        writer.Raw(comma ? ",\""u8 : "\""u8);
        writer.Raw(name);
        writer.Raw("\":"u8);
        if (metadata)
        {
            section.WriteMetadata(writer);
        }
        else
        {
            section.WriteState(writer);
        }

        return true;
    }

    private static byte[] Finish(PayloadWriter writer, long version, long now, string? token)
    {
        writer.Raw(",\"version\":"u8);
        writer.Number(version);
        return FinishUnversioned(writer, now, token);
    }

    private static byte[] FinishUnversioned(PayloadWriter writer, long now, string? token)
    {
        writer.Raw(",\"timestamp\":"u8);
        writer.Number(now);
        if (token is not null)
        {
            writer.Raw(",\"clientToken\":"u8);
            writer.Text(token);
        }

        writer.Raw("}"u8);
        return writer.Take();
    }
}
