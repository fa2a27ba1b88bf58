namespace Roost.Mqtt.Protocol;

/// <summary>One whole packet in the receive buffer: it points into the buffer and is valid for as long as that is.</summary>
internal readonly ref struct PacketFrame
{
    private PacketFrame(byte firstByte, ReadOnlySpan<byte> body, int totalBytes)
    {
        FirstByte = firstByte;
        Body = body;
        TotalBytes = totalBytes;
    }

    public byte FirstByte { get; }

    public PacketType Type => (PacketType)(FirstByte >> 4);

    /// <summary>What follows the fixed header.</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>
    /// Fixed header and body: how far the buffer is to be advanced. Set with <see cref="DecodeStatus.NeedMore"/> too as soon as the
    /// length is known (else 0): how large the buffer has to become.
    /// </summary>
    public int TotalBytes { get; }

    /// <summary>Finds the packet at the start of <paramref name="buffer"/>; checks header bits and size before anything is waited for.</summary>
    /// <param name="maxPacketBytes">Largest packet taken, fixed header included; at most 268,435,460.</param>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> buffer, int maxPacketBytes, out PacketFrame frame, out PacketFault fault)
    {
        frame = default;
        fault = default;
        if (buffer.IsEmpty)
        {
            return DecodeStatus.NeedMore;
        }

        var firstByte = buffer[0];
        if (!HeaderBitsAreValid(firstByte))
        {
            fault = PacketFault.Malformed("the reserved bits of the fixed header are wrong");
            return DecodeStatus.Malformed;
        }

        switch (VariableByteInteger.TryRead(buffer[1..], out var remaining, out var lengthBytes))
        {
            case DecodeStatus.NeedMore:
                return DecodeStatus.NeedMore;
            case DecodeStatus.Malformed:
                fault = PacketFault.Malformed("the Remaining Length is not a variable byte integer in its shortest form");
                return DecodeStatus.Malformed;
        }

        var header = 1 + lengthBytes;
        var total = header + remaining;
        if (total > maxPacketBytes)
        {
            fault = new PacketFault(ReasonCode.PacketTooLarge, "the packet is larger than the maximum packet size"); // [MQTT-3.1.2-24]
            return DecodeStatus.Malformed;
        }

        if (total > buffer.Length)
        {
            frame = new PacketFrame(firstByte, default, total);
            return DecodeStatus.NeedMore;
        }

        frame = new PacketFrame(firstByte, buffer.Slice(header, remaining), total);
        return DecodeStatus.Complete;
    }

    /// <summary>The low four bits are PUBLISH's flags, 0010 in PUBREL, SUBSCRIBE and UNSUBSCRIBE, else 0000 [MQTT-2.2.2-2], [MQTT-2.1.3-1].</summary>
    private static bool HeaderBitsAreValid(byte firstByte) => (PacketType)(firstByte >> 4) switch
    {
        PacketType.None => false,
        PacketType.Publish => true,
        PacketType.PubRel or PacketType.Subscribe or PacketType.Unsubscribe => (firstByte & 0x0F) == 0b0010,
        _ => (firstByte & 0x0F) == 0,
    };
}
