using System.Text;

namespace Roost.Shadow.Documents;

/// <summary>
/// A member's name and its JSON text. A fleet's documents have the same few names over and over: names used lately are shared
/// objects, so that reading a document makes neither text nor bytes for them.
/// </summary>
internal sealed class StateKey
{
    private const int Slots = 2048; // a power of two
    private const int Around = 3; // quotes and colon
    private const int LongestShared = 64; // bytes; so the table holds some 500 KiB at the very most

    // One slot a hash, the last name wins. Any thread reads and writes it: a lost entry costs an object.
    private static readonly StateKey?[] Shared = new StateKey?[Slots];

    private readonly byte[] _json;

    private StateKey(string text)
    {
        Text = text;
        _json = new byte[JsonText.StringBytes(text) + 1];
        JsonText.Write(text, _json);
        _json[^1] = (byte)':';
    }

    public string Text { get; }

    /// <summary>With quotes and colon.</summary>
    public ReadOnlySpan<byte> Json => _json;

    /// <param name="utf8">The name in UTF-8, without quotes and escapes.</param>
    public static StateKey Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestShared)
        {
            return new StateKey(Encoding.UTF8.GetString(utf8));
        }

        ref var slot = ref Shared[SlotOf(utf8)];
        if (Volatile.Read(ref slot) is { } shared && shared._json.AsSpan(1, shared._json.Length - Around).SequenceEqual(utf8))
        {
            return shared;
        }

        var key = new StateKey(Encoding.UTF8.GetString(utf8));
        if (key._json.Length == utf8.Length + Around) // no escapes: its JSON text is its name, and is compared as such
        {
            Volatile.Write(ref slot, key);
        }

        return key;
    }

    public static StateKey Of(string text)
    {
        Span<byte> utf8 = stackalloc byte[LongestShared];
        return Encoding.UTF8.TryGetBytes(text, utf8, out var written) ? Of(utf8[..written]) : new StateKey(text);
    }

    public bool IsSame(StateKey other) => ReferenceEquals(this, other) || Text == other.Text;

    // FNV-1a; who finds names that share a slot makes them slower to read, no more.
    private static int SlotOf(ReadOnlySpan<byte> utf8)
    {
        var hash = 2166136261u;
        foreach (var b in utf8)
        {
            hash = (hash ^ b) * 16777619;
        }

        return (int)((hash ^ (hash >> 15)) & (Slots - 1));
    }
}
