using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Roost.LocalLambda.Output;

/// <summary>
/// Between the origin of a line and the headers of its record. They are the block that docs/formats/stream-record.md has, with the names
/// <c>requestId</c>, <c>version</c> (absent for $LATEST) and <c>kind</c> (absent for what was printed): the log is readable as a stream.
/// </summary>
internal static class LogRecordHeaders
{
    private const byte BlockVersion = 1;
    private const byte PayloadIsUtf8 = 2;
    private const int LengthPrefix = 2;

    public static byte[] Encode(in LogOrigin origin, ReadOnlySpan<byte> text)
    {
        var block = new ArrayBufferWriter<byte>(96);
        block.Write([BlockVersion, System.Text.Unicode.Utf8.IsValid(text) ? PayloadIsUtf8 : (byte)0]);
        if (origin.RequestId is { } requestId)
        {
            Write(block, "requestId", requestId);
        }

        if (origin.Version != FunctionArn.Latest)
        {
            Write(block, "version", origin.Version);
        }

        if (origin.Kind != LogKind.Printed)
        {
            Write(block, "kind", origin.Kind == LogKind.Platform ? "platform" : "failure");
        }

        return block.WrittenSpan.ToArray();
    }

    /// <summary>What it cannot read it leaves out: the line itself is worth showing.</summary>
    public static LogOrigin Decode(ReadOnlySpan<byte> block)
    {
        var (kind, version, requestId) = (LogKind.Printed, FunctionArn.Latest, (string?)null);
        if (block.Length > 2 && block[0] == BlockVersion)
        {
            block = block[2..];
            while (TryRead(ref block, out var name) && TryRead(ref block, out var value))
            {
                switch (name)
                {
                    case "requestId":
                        requestId = value;
                        break;
                    case "version":
                        version = value;
                        break;
                    case "kind":
                        kind = value == "platform" ? LogKind.Platform : LogKind.Failure;
                        break;
                }
            }
        }

        return new LogOrigin(kind, version, requestId);
    }

    private static void Write(ArrayBufferWriter<byte> block, string name, string value)
    {
        Write(block, name);
        Write(block, value);
    }

    private static void Write(ArrayBufferWriter<byte> block, string text)
    {
        var span = block.GetSpan(LengthPrefix + Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, span[LengthPrefix..]);
        BinaryPrimitives.WriteUInt16BigEndian(span, (ushort)length);
        block.Advance(LengthPrefix + length);
    }

    private static bool TryRead(ref ReadOnlySpan<byte> block, out string text)
    {
        text = "";
        if (block.Length < LengthPrefix || block.Length - LengthPrefix < BinaryPrimitives.ReadUInt16BigEndian(block))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(block);
        text = Encoding.UTF8.GetString(block.Slice(LengthPrefix, length));
        block = block[(LengthPrefix + length)..];
        return true;
    }
}
