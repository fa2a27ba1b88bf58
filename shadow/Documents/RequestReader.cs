using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Roost.Shadow.Documents;

/// <summary>Reads what a client sent. Anything may be in it: every fault is a result, never an exception.</summary>
internal static class RequestReader
{
    public const int MaxClientTokenBytes = 64;

    // The text is never recursed into further than the limit on levels, so its own depth is bounded by its size alone.
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };
    private static readonly ShadowLimits OnlyToken = new(0, 0);

    /// <returns>The request, or the fault and, where it could be read, the token to send back with it.</returns>
    public static (UpdateRequest? Request, ShadowError Fault, string? ClientToken) ReadUpdate(ReadOnlySpan<byte> body, ShadowLimits limits, long now)
    {
        if (body.Length > ShadowLimits.MaxRequestBytes)
        {
            return (null, ShadowError.TooLarge, null);
        }

        if (!Utf8.IsValid(body))
        {
            return (null, ShadowError.NotUtf8, null);
        }

        var fields = new RequestFields(limits, now);
        try
        {
            var reader = new Utf8JsonReader(body, AnyDepth);
            if (!fields.Read(ref reader))
            {
                return (null, ShadowError.InvalidJson, null);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return (null, ShadowError.InvalidJson, null); // the second: half a surrogate pair in a string
        }

        return fields.Fault is { } fault
            ? (null, fault, fields.ClientToken)
            : (new UpdateRequest(fields.ClientToken, fields.Version, fields.StateIsNull, fields.Desired, fields.Reported), default, fields.ClientToken);
    }

    /// <summary>The token of a get or delete, whose body holds nothing else that counts; a body that is no JSON object is ignored.</summary>
    public static (string? ClientToken, ShadowError? Fault) ReadToken(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty || body.Length > ShadowLimits.MaxRequestBytes)
        {
            return (null, null);
        }

        try
        {
            var reader = new Utf8JsonReader(body, AnyDepth);
            var fields = new RequestFields(OnlyToken, 0) { SkipsState = true };
            return fields.Read(ref reader) ? (fields.ClientToken, fields.TokenFault) : (null, null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return (null, null);
        }
    }

    internal static bool IsToken(string text) => Encoding.UTF8.GetByteCount(text) <= MaxClientTokenBytes;
}
