using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Roost.LocalLambda.Http;

/// <summary>Answers as people read them in a terminal: no escapes for what is dangerous in HTML only, and an end of line behind.</summary>
internal static class OwnJson
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerOptions.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task WriteAsync<T>(HttpContext http, T body) => RawResponse.WriteAsync(http, "application/json", (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(body, s_options), (byte)'\n']);
}
