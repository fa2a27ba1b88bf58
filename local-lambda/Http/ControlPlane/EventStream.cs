using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.LocalLambda.Code.Zip;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>
/// The answer of InvokeWithResponseStream: the result in messages of <c>application/vnd.amazon.eventstream</c>. It is sent when it is complete; a
/// function that streams is not heard before its end.
/// </summary>
internal static class EventStream
{
    private const int ChunkBytes = 256 * 1024;
    private const int FrameBytes = 16; // two lengths, the checksum of them, the checksum of all
    private const byte TextHeader = 7;

    public static async Task AnswerAsync(HttpContext http, InvocationResult result)
    {
        http.Response.StatusCode = result.StatusCode;
        http.Response.ContentType = "application/vnd.amazon.eventstream";
        http.Response.Headers["x-amzn-RequestId"] = result.RequestId;
        http.Response.Headers["X-Amz-Executed-Version"] = result.ExecutedVersion;
        for (var at = 0; at < result.Payload.Length; at += ChunkBytes)
        {
            var chunk = result.Payload.Slice(at, Math.Min(ChunkBytes, result.Payload.Length - at));
            await http.Response.Body.WriteAsync(Message("PayloadChunk", "application/octet-stream", chunk.Span), http.RequestAborted);
        }

        var end = new Dictionary<string, string>();
        if (result.FunctionError is { } error)
        {
            end["ErrorCode"] = error;
            end["ErrorDetails"] = Encoding.UTF8.GetString(result.Payload.Span);
        }

        if (result.LogTail is { } tail)
        {
            end["LogResult"] = Convert.ToBase64String(tail.Span);
        }

        await http.Response.Body.WriteAsync(Message("InvokeComplete", "application/json", JsonSerializer.SerializeToUtf8Bytes(end)), http.RequestAborted);
    }

    /// <summary>One message: lengths of all and of the headers, their CRC-32, headers, payload, CRC-32 of all before.</summary>
    public static byte[] Message(string type, string contentType, ReadOnlySpan<byte> payload)
    {
        using var headers = new MemoryStream();
        foreach (var (name, value) in new (string, string)[] { (":event-type", type), (":content-type", contentType), (":message-type", "event") })
        {
            headers.WriteByte((byte)name.Length);
            headers.Write(Encoding.ASCII.GetBytes(name));
            headers.Write([TextHeader, (byte)(value.Length >> 8), (byte)value.Length]);
            headers.Write(Encoding.ASCII.GetBytes(value));
        }

        var message = new byte[FrameBytes + headers.Length + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(message, message.Length);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4), (int)headers.Length);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(8), Crc32.Append(0, message.AsSpan(0, 8)));
        headers.ToArray().CopyTo(message, 12);
        payload.CopyTo(message.AsSpan(12 + (int)headers.Length));
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(message.Length - 4), Crc32.Append(0, message.AsSpan(0, message.Length - 4)));
        return message;
    }
}
