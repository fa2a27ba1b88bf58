using System.Globalization;
using System.Security.Cryptography;

namespace Roost.LocalLambda;

/// <summary>
/// Where an invocation stands in a trace, in both of the forms that clients use: X-Ray's (<c>X-Amzn-Trace-Id</c>), which the Runtime API has, and the W3C's
/// (<c>traceparent</c>, <c>tracestate</c>). It is passed on and never made up: Roost records no spans, so whatever a function starts is a child of what called it.
/// </summary>
public sealed record TraceContext
{
    /// <summary>Longer headers are ignored: an invocation must not fail, nor grow, by what only describes it.</summary>
    public const int MaxHeaderLength = 1024;

    private const int MaxStateLength = 512; // of the W3C's recommendation, section 3.3.1.5

    private TraceContext(string xRay, string traceParent, string? traceState) => (XRay, TraceParent, TraceState) = (xRay, traceParent, traceState);

    /// <summary><c>Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1</c>. As it came, when it came in this form.</summary>
    public string XRay { get; }

    /// <summary><c>00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01</c>. As it came, when it came in this form.</summary>
    public string TraceParent { get; }

    /// <summary>What vendors add to <see cref="TraceParent"/>; null for nothing.</summary>
    public string? TraceState { get; }

    /// <summary>The trace's number as X-Ray writes it.</summary>
    public string RootId => Field(XRay, "Root")!;

    /// <summary>The number of the span that called; null when the caller gave none.</summary>
    public string? ParentId => Field(XRay, "Parent");

    public bool IsSampled => Field(XRay, "Sampled") == "1";

    /// <summary>A trace that begins here and that nobody samples.</summary>
    public static TraceContext NewRoot(TimeProvider clock)
    {
        var time = (uint)clock.GetUtcNow().ToUnixTimeSeconds();
        Span<byte> random = stackalloc byte[20];
        RandomNumberGenerator.Fill(random);
        random[12] |= 1; // a span's number is never nought
        return Of($"{time:x8}{Convert.ToHexStringLower(random[..12])}", Convert.ToHexStringLower(random[12..]), sampled: false, traceState: null);
    }

    /// <summary>Reads what a caller sent; where it sent both forms, each is passed on as it is.</summary>
    /// <returns>Null when neither is there, or neither can be read.</returns>
    public static TraceContext? From(string? xRay, string? traceParent, string? traceState)
    {
        var w3C = IsTraceParent(traceParent) ? traceParent : null;
        var state = w3C is not null && traceState is { Length: > 0 and <= MaxStateLength } && IsPrintable(traceState) ? traceState : null;
        if (!IsXRay(xRay))
        {
            return w3C is null ? null : Of(w3C[3..35], w3C[36..52], IsSampledFlag(w3C), state);
        }

        var sampled = Field(xRay!, "Sampled") == "1";
        var root = Field(xRay!, "Root")!;

        // A caller that is no span of its own leaves the parent out, which the W3C's form cannot.
        var parent = Field(xRay!, "Parent") is { } known && IsHex(known, 16) ? known : root[^16..];
        return new TraceContext(xRay!, w3C ?? W3C(root[2..10] + root[11..], parent, sampled), state);
    }

    private static TraceContext Of(string traceId, string parentId, bool sampled, string? traceState) =>
        new($"Root=1-{traceId[..8]}-{traceId[8..]};Parent={parentId};Sampled={(sampled ? 1 : 0)}", W3C(traceId, parentId, sampled), traceState);

    private static string W3C(string traceId, string parentId, bool sampled) => $"00-{traceId}-{parentId}-{(sampled ? "01" : "00")}";

    private static bool IsSampledFlag(string traceParent) => (int.Parse(traceParent.AsSpan(53, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) & 1) == 1;

    /// <summary>Root is all that must be there; X-Ray adds fields as time goes by (Self, Lineage), which are passed on.</summary>
    private static bool IsXRay(string? text) =>
        text is { Length: > 0 and <= MaxHeaderLength } && IsPrintable(text)
        && Field(text, "Root") is ['1', '-', .. { Length: 33 } rest] && rest[8] == '-' && IsHex(rest[..8], 8) && IsHex(rest[9..], 24);

    /// <summary>Section 3.2.2: version, trace and parent in lower-case hexadecimal, none of the two all noughts. A later version may be longer.</summary>
    private static bool IsTraceParent(string? text) =>
        text is { Length: >= 55 and <= MaxHeaderLength } && IsPrintable(text)
        && text[2] == '-' && text[35] == '-' && text[52] == '-'
        && IsHex(text[..2], 2) && text[..2] != "ff" && (text.Length == 55 || (text[..2] != "00" && text[55] == '-'))
        && IsHex(text[3..35], 32) && IsHex(text[36..52], 16) && IsHex(text[53..55], 2);

    /// <summary>Lower case, and not all noughts where it is a number of something.</summary>
    private static bool IsHex(string text, int length) =>
        text.Length == length && text.All(char.IsAsciiHexDigitLower) && (length == 2 || length == 8 || text.AsSpan().IndexOfAnyExcept('0') >= 0);

    /// <summary>The text becomes a header again: nothing that ends one may be in it.</summary>
    private static bool IsPrintable(string text) => text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0;

    private static string? Field(string xRay, string name)
    {
        foreach (var range in xRay.AsSpan().Split(';'))
        {
            var part = xRay.AsSpan(range).Trim();
            if (part.Length > name.Length && part[name.Length] == '=' && part.StartsWith(name, StringComparison.Ordinal))
            {
                return part[(name.Length + 1)..].ToString();
            }
        }

        return null;
    }
}
