using System.Text;
using System.Text.Json;
using Roost.Shadow.Documents;
using Roost.Shadow.Store;

namespace Roost.Shadow.Journal;

/// <summary>Between changes and the records of the journal; see docs/formats/shadow-journal.md. A record is readable JSON and stands for itself.</summary>
internal static class ShadowChangeCodec
{
    /// <summary>The headers block of a stream's record whose payload is text, as docs/formats/stream-record.md has it: the journal is readable as a stream.</summary>
    public static ReadOnlySpan<byte> Headers => [1, 2];

    public static byte[] EncodeKey(ShadowId id) => Encoding.UTF8.GetBytes(id.ToString());

    public static byte[] Encode(ShadowChange change)
    {
        var row = change.Row; // before the thread's writer is taken: encoding it takes it too
        var writer = PayloadWriter.Begin();
        writer.Raw("{\"version\":"u8);
        writer.Number(change.Record.Version);
        writer.Raw(",\"timestamp\":"u8);
        writer.Number(change.Record.UpdatedSeconds);
        writer.Raw(",\"via\":"u8);
        writer.Text(change.Origin.Via);
        if (change.Origin.Name is { } name)
        {
            writer.Raw(",\"by\":"u8);
            writer.Text(name);
        }

        if (change.ClientToken is { } token)
        {
            writer.Raw(",\"clientToken\":"u8);
            writer.Text(token);
        }

        if (row.State is { } state)
        {
            writer.Raw(",\"state\":"u8);
            writer.Raw(state);
            writer.Raw(",\"times\":\""u8);
            writer.Base64(row.Times);
            writer.Raw("\"}"u8);
        }
        else
        {
            writer.Raw(",\"deleted\":true}"u8);
        }

        return writer.Take();
    }

    /// <exception cref="FormatException">Key and payload are no record of this version of the journal.</exception>
    public static ShadowChange Decode(ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload)
    {
        if (!TryDecodeKey(key, out var id))
        {
            throw new FormatException("its key names no shadow");
        }

        var fields = default(Fields);
        var reader = new Utf8JsonReader(payload);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                Read(ref reader, payload, ref fields);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FormatException("its payload is not JSON", exception);
        }

        if (fields.Version < 1 || (fields.State.IsEmpty && !fields.Deleted))
        {
            throw new FormatException("its payload has no version, or no state");
        }

        var state = fields.Deleted ? null : StoredState.Read(fields.State, fields.Times);
        return new ShadowChange(id, new ShadowRecord(fields.Version, fields.Timestamp, state), new ShadowOrigin(fields.Via ?? "", fields.By), fields.ClientToken);
    }

    public static bool TryDecodeKey(ReadOnlySpan<byte> key, out ShadowId id)
    {
        var names = Encoding.UTF8.GetString(key).Split('~');
        id = default;
        return names.Length <= 2 && ShadowId.TryCreate(names[0], names.Length == 2 ? names[1] : null, out id, out _);
    }

    private static void Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> payload, ref Fields fields)
    {
        var name = reader.ValueSpan;
        reader.Read();
        if (name.SequenceEqual("version"u8))
        {
            fields.Version = reader.GetInt64();
        }
        else if (name.SequenceEqual("timestamp"u8))
        {
            fields.Timestamp = reader.GetInt64();
        }
        else if (name.SequenceEqual("via"u8))
        {
            fields.Via = reader.GetString();
        }
        else if (name.SequenceEqual("by"u8))
        {
            fields.By = reader.GetString();
        }
        else if (name.SequenceEqual("clientToken"u8))
        {
            fields.ClientToken = reader.GetString();
        }
        else if (name.SequenceEqual("state"u8))
        {
            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            fields.State = payload[from..(int)reader.BytesConsumed];
        }
        else if (name.SequenceEqual("times"u8))
        {
            fields.Times = reader.GetBytesFromBase64();
        }
        else if (name.SequenceEqual("deleted"u8))
        {
            fields.Deleted = reader.GetBoolean();
        }
        else
        {
            reader.Skip(); // of a later version
        }
    }

    private ref struct Fields
    {
        public long Version;
        public long Timestamp;
        public string? Via;
        public string? By;
        public string? ClientToken;
        public ReadOnlySpan<byte> State;
        public byte[] Times;
        public bool Deleted;
    }
}
