using System.Text;

namespace Roost.Shadow.Tests.Contract;

/// <summary>One way to be refused: what is sent to a thing that has a classic shadow at version 1 and nothing else, and what is answered.</summary>
/// <param name="Shadow">Null for the classic shadow.</param>
/// <param name="Body">As it goes over the wire.</param>
/// <param name="Token">What comes back as <c>clientToken</c>; null for nothing.</param>
/// <param name="RestMessage">Where REST has other words than MQTT.</param>
internal sealed record Refusal(string Why, string Operation, string? Shadow, byte[] Body, int Code, string Message, string? Token = null, string? RestMessage = null)
{
    public override string ToString() => $"{Code} {Why}";
}

/// <summary>The rows of the cloud's table of shadow errors that a request alone can lead to, and the bad input that leads there.</summary>
internal static class ErrorTable
{
    private const string InvalidJson = "Invalid JSON";
    private const string MissingState = "Missing required node: state";
    private const string InvalidVersion = "Invalid version";
    private const string InvalidToken = "Invalid clientToken";
    private const string TooDeep = "JSON contains too many levels of nesting; maximum is 6";
    private const string InvalidNode = "State contains an invalid node";
    private const string TooLarge = "The payload exceeds the maximum size allowed";
    private const string NotUtf8 = "Unsupported documented encoding; supported encoding is UTF-8";

    public static IReadOnlyList<Refusal> Rows { get; } =
    [
        Update("nothing", "", 400, InvalidJson),
        Update("white space", " \r\n\t ", 400, InvalidJson),
        Update("text", "dock", 400, InvalidJson),
        Update("a torn object", """{"state":{"desired":""", 400, InvalidJson),
        Update("something behind the object", """{"state":{}}{}""", 400, InvalidJson),
        Update("a comment", """{"state":{}/* */}""", 400, InvalidJson),
        Update("a comma too many", """{"state":{},}""", 400, InvalidJson),
        Update("a number that is none", """{"state":{"desired":{"a":Infinity}}}""", 400, InvalidJson),
        Update("a control character in a string", "{\"state\":{\"desired\":{\"a\":\"\u0001\"}}}", 400, InvalidJson),
        Update("half a surrogate pair", """{"state":{"desired":{"a":"\udc00"}}}""", 400, InvalidJson),
        Update("a list", "[]", 400, InvalidJson),
        Update("a byte order mark", "\uFEFF{\"state\":{}}", 400, InvalidJson),
        Update("no state", """{"desired":{"a":1},"clientToken":"t"}""", 400, MissingState, "t"),
        Update("another State", """{"State":{}}""", 400, MissingState),
        Update("state is a text", """{"state":"x","clientToken":"t"}""", 400, "State node must be an object", "t"),
        Update("state is a list", """{"state":[]}""", 400, "State node must be an object"),
        Update("state is a text and then none", """{"state":"x","state":{}}""", 400, "State node must be an object"),
        Update("desired is a number", """{"state":{"desired":1},"clientToken":"t"}""", 400, "Desired node must be an object", "t"),
        Update("desired is a list", """{"state":{"desired":[]}}""", 400, "Desired node must be an object"),
        Update("reported is a text", """{"state":{"reported":""},"clientToken":"t"}""", 400, "Reported node must be an object", "t"),
        Update("reported is false", """{"state":{"reported":false}}""", 400, "Reported node must be an object"),
        Update("a version that is a text", """{"state":{},"version":"1","clientToken":"t"}""", 400, InvalidVersion, "t"),
        Update("a negative version", """{"state":{},"version":-1}""", 400, InvalidVersion),
        Update("a version with a fraction", """{"state":{},"version":1.0}""", 400, InvalidVersion),
        Update("a version beyond 63 bits", """{"state":{},"version":9223372036854775808}""", 400, InvalidVersion),
        Update("a version that is wrong and then right", """{"state":{},"version":"1","version":1}""", 400, InvalidVersion),
        Update("a token that is a number", """{"state":{},"clientToken":7}""", 400, InvalidToken),
        Update("a token of 65 bytes", $$"""{"state":{},"clientToken":"{{new string('x', 65)}}"}""", 400, InvalidToken),
        Update("a token of 33 characters in 66 bytes", $$"""{"state":{},"clientToken":"{{new string('\u00E4', 33)}}"}""", 400, InvalidToken),
        Update("seven levels of objects", """{"state":{"desired":{"1":{"2":{"3":{"4":{"5":{"6":{"7":"x"}}}}}}}},"clientToken":"t"}""", 400, TooDeep, "t"),
        Update("seven levels with lists", """{"state":{"reported":{"1":[[[[[["x"]]]]]]}}}""", 400, TooDeep),
        Update("seven levels behind a repeated key", """{"state":{"desired":{"a":[[[[[["x"]]]]]],"a":1}}}""", 400, TooDeep),
        Update("null in a list", """{"state":{"desired":{"a":[null]}},"clientToken":"t"}""", 400, InvalidNode, "t"),
        Update("null in a list in a list", """{"state":{"reported":{"a":{"b":[1,[null]]}}}}""", 400, InvalidNode),
        Update("null in a list in an object in a list", """{"state":{"reported":{"a":[{"b":[null]}]}}}""", 400, InvalidNode),
        Update("delta", """{"state":{"delta":{"a":1}}}""", 400, InvalidNode),
        Update("another key beside desired", """{"state":{"desired":{},"Reported":{}}}""", 400, InvalidNode),
        Update("a version that is too old", """{"state":{"desired":{}},"version":0,"clientToken":"t"}""", 409, "Version conflict", "t"),
        Update("a version that is too new", """{"state":{"desired":{}},"version":2}""", 409, "Version conflict"),
        Update("a document of 8 KiB and a byte", Sized(8193), 413, TooLarge, "t"),
        Update("a document of 8 KiB and a byte in characters of three bytes", Sized(8193, '\u20AC'), 413, TooLarge, "t"),
        Update("a request of 128 KiB and a byte", "{\"state\":{}}" + new string(' ', (128 * 1024) - 11), 413, TooLarge),
        new("UTF-16", "update", null, Encoding.Unicode.GetBytes("""{"state":{}}""" + "\u20AC\uD7FF"), 415, NotUtf8),
        new("a torn sequence", "update", null, [.. "{\"state\":{\"desired\":{\"a\":\""u8, 0xC3, .. "\"}}}"u8], 415, NotUtf8),
        new("an overlong sequence", "update", null, [.. "{\"state\":{\"desired\":{\"a\":\""u8, 0xC0, 0xAF, .. "\"}}}"u8], 415, NotUtf8),
        new("bad UTF-8 beside state", "update", null, [.. "{\"state\":{},\"x\":\""u8, 0xFF, .. "\"}"u8], 415, NotUtf8),
        new("get of a named shadow that is not", "get", "S", [], 404, "No shadow exists with name: 'S'", RestMessage: "No shadow exists with name: 'T~S'"),
        new("delete of a named shadow that is not", "delete", "S", [], 404, "No shadow exists with name: 'S'", RestMessage: "No shadow exists with name: 'T~S'"),
    ];

    /// <summary>An update whose desired and reported come to <paramref name="bytes"/> bytes together, counted as compact UTF-8.</summary>
    public static string Sized(int bytes, char filler = 'x')
    {
        const int Around = 8 + 7; // {"a":""} and {"b":1}
        var (width, text) = (Encoding.UTF8.GetByteCount([filler]), bytes - Around);
        var value = new string(filler, text / width) + new string('x', text % width);
        return $$"""{ "state": { "desired": { "a" : "{{value}}" }, "reported": {"b":1 } }, "clientToken": "t" }""";
    }

    private static Refusal Update(string why, string body, int code, string message, string? token = null) =>
        new(why, "update", null, Encoding.UTF8.GetBytes(body), code, message, token);
}
