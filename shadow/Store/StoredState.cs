using System.Text.Json;
using Roost.Shadow.Documents;

namespace Roost.Shadow.Store;

/// <summary>A document's state and the times of its leaves as they lie on the disk, in the store's rows and in the journal's records.</summary>
internal static class StoredState
{
    // Deeper than any configured limit, so that a limit lowered later does not make old documents unreadable.
    private const int MaxStoredDepth = 2 * ShadowOptionsValidator.MostDepth;

    private static readonly JsonReaderOptions Nested = new() { MaxDepth = MaxStoredDepth + 2 };

    /// <summary>The times of all leaves in the order in which <see cref="MessageWriter.Sections"/> prints them, encoded.</summary>
    public static byte[] TimesOf(ShadowState state)
    {
        var leaves = new List<long>();
        state.Desired?.AddTimestamps(leaves);
        state.Reported?.AddTimestamps(leaves);
        return LeafTimes.Encode(leaves);
    }

    /// <summary>Compact JSON with <c>desired</c> and <c>reported</c>.</summary>
    public static byte[] TextOf(ShadowState state)
    {
        var writer = PayloadWriter.Begin();
        MessageWriter.Sections(writer, state.Desired, state.Reported, metadata: false);
        return writer.Take();
    }

    /// <summary>Whether the two would be stored as the same bytes, times included.</summary>
    public static bool IsSame(ShadowState left, ShadowState right) =>
        TextOf(left).AsSpan().SequenceEqual(TextOf(right)) && TimesOf(left).AsSpan().SequenceEqual(TimesOf(right));

    /// <param name="json">Compact JSON with <c>desired</c> and <c>reported</c>.</param>
    /// <param name="encodedTimes">What <see cref="TimesOf"/> made.</param>
    /// <exception cref="FormatException">The two are not what was written; the message says what is wrong, as the end of a sentence.</exception>
    public static ShadowState Read(ReadOnlySpan<byte> json, ReadOnlySpan<byte> encodedTimes)
    {
        var times = LeafTimes.Decode(encodedTimes) ?? throw new FormatException("its times are cut off");
        var values = new StateReader(MaxStoredDepth, now: 0, times);
        StateObject? desired = null;
        StateObject? reported = null;
        try
        {
            var reader = new Utf8JsonReader(json, Nested);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isDesired = reader.ValueTextEquals("desired"u8);
                reader.Read();
                var section = values.Read(ref reader) as StateObject;
                (desired, reported) = isDesired ? (section, reported) : (desired, section);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FormatException("its state is not JSON", exception);
        }

        return values.LeavesRead == times.Count && !values.TooDeep
            ? new ShadowState(desired, reported)
            : throw new FormatException($"it has {values.LeavesRead} values and {times.Count} times");
    }
}
