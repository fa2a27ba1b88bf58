using System.Buffers.Binary;
using System.Numerics;
using System.Text.Unicode;

namespace Roost.Mqtt.Transport.WebSockets;

/// <summary>
/// The bytes of a client's WebSocket frames become the bytes in them (RFC 6455 section 5), where they lie. MQTT packets need not be aligned
/// with frames [MQTT-6.0.0-2], so that nothing is held for a frame, however long it is: only its header, and a control frame's few bytes.
/// </summary>
internal sealed class FrameDecoder
{
    private const byte Final = 0x80;
    private const byte Reserved = 0x70;
    private const byte Masked = 0x80;
    private const int MaxControlBytes = 125;
    private const int MaxHeaderBytes = 14;

    private readonly byte[] _header = new byte[MaxHeaderBytes];
    private int _headerLength;
    private ulong _remaining; // payload of the frame that has begun
    private uint _mask; // turned so that its lowest byte is for the next payload byte
    private bool _isInFrame;
    private bool _isInMessage; // a binary message whose last frame has not come
    private byte _opcode;
    private byte[]? _control;
    private int _controlLength;

    /// <summary>Payload of the last ping that came with the bytes decoded last; null when there was none. RFC 6455 section 5.5.3: older ones need no answer.</summary>
    public byte[]? Ping { get; private set; }

    /// <summary>Other than <see cref="CloseCode.None"/>: the peer has closed, or broke the protocol; nothing more is decoded.</summary>
    public CloseCode End { get; private set; }

    /// <summary>Leaves the payload of binary messages at the start of <paramref name="bytes"/>.</summary>
    /// <returns>Its length.</returns>
    public int Decode(Span<byte> bytes)
    {
        Ping = null;
        var (read, written) = (0, 0);
        while (read < bytes.Length && End == CloseCode.None)
        {
            if (!_isInFrame)
            {
                ReadHeader(bytes, ref read);
                continue;
            }

            var length = (int)Math.Min((ulong)(bytes.Length - read), _remaining);
            var payload = bytes.Slice(read, length);
            if (_opcode >= Opcode.Close)
            {
                Unmask(payload, _control.AsSpan(_controlLength));
                _controlLength += length;
            }
            else
            {
                Unmask(payload, bytes[written..]);
                written += length;
            }

            read += length;
            _remaining -= (ulong)length;
            EndFrameIfComplete();
        }

        return written;
    }

    private void ReadHeader(ReadOnlySpan<byte> bytes, ref int read)
    {
        _header[_headerLength++] = bytes[read++];
        if (_headerLength == 2)
        {
            CheckStart();
        }

        if (_headerLength >= 2 && _headerLength == HeaderBytes)
        {
            BeginFrame();
        }
    }

    private int HeaderBytes => 2 + LengthBytes + sizeof(uint);

    private int LengthBytes => (_header[1] & 0x7F) switch { 127 => 8, 126 => 2, _ => 0 };

    private void CheckStart()
    {
        var (first, second) = (_header[0], _header[1]);
        _opcode = (byte)(first & 0x0F);
        var isWrong = (first & Reserved) != 0 // no extension was agreed on
            || (second & Masked) == 0 // section 5.1: a client masks
            || _opcode switch
            {
                Opcode.Continuation => !_isInMessage,
                Opcode.Text or Opcode.Binary => _isInMessage,
                Opcode.Close or Opcode.Ping or Opcode.Pong => (first & Final) == 0 || (second & 0x7F) > MaxControlBytes,
                _ => true,
            };
        if (isWrong)
        {
            End = CloseCode.ProtocolError;
        }
        else if (_opcode == Opcode.Text)
        {
            End = CloseCode.UnsupportedData; // [MQTT-6.0.0-1]
        }
    }

    private void BeginFrame()
    {
        _remaining = LengthBytes switch
        {
            8 => BinaryPrimitives.ReadUInt64BigEndian(_header.AsSpan(2)),
            2 => BinaryPrimitives.ReadUInt16BigEndian(_header.AsSpan(2)),
            _ => (ulong)(_header[1] & 0x7F),
        };
        if ((LengthBytes == 8 && _remaining is <= ushort.MaxValue or > long.MaxValue) || (LengthBytes == 2 && _remaining < 126))
        {
            End = CloseCode.ProtocolError; // section 5.2: the shortest form, and no sign bit
            return;
        }

        _mask = BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(_headerLength - sizeof(uint)));
        _headerLength = 0;
        _isInFrame = true;
        if (_opcode >= Opcode.Close)
        {
            _control = new byte[_remaining];
            _controlLength = 0;
        }
        else
        {
            _isInMessage = (_header[0] & Final) == 0;
        }

        EndFrameIfComplete(); // it may be empty
    }

    private void EndFrameIfComplete()
    {
        if (_remaining > 0)
        {
            return;
        }

        _isInFrame = false;
        if (_opcode == Opcode.Ping)
        {
            Ping = _control;
        }
        else if (_opcode == Opcode.Close)
        {
            End = CheckClose(_control);
        }

        _control = null;
    }

    /// <summary>Section 5.5.1 and 7.4: nothing, or a code that may be sent and a reason in UTF-8.</summary>
    private static CloseCode CheckClose(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            return CloseCode.Normal;
        }

        if (payload.Length == 1 || BinaryPrimitives.ReadUInt16BigEndian(payload) is not ((>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999)))
        {
            return CloseCode.ProtocolError;
        }

        return Utf8.IsValid(payload[2..]) ? CloseCode.Normal : CloseCode.InvalidText;
    }

    /// <summary>Copies forward: <paramref name="target"/> may begin before <paramref name="payload"/> in the same memory.</summary>
    private void Unmask(ReadOnlySpan<byte> payload, Span<byte> target)
    {
        var wide = ((ulong)_mask << 32) | _mask;
        var i = 0;
        for (; i + sizeof(ulong) <= payload.Length; i += sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(target[i..], BinaryPrimitives.ReadUInt64LittleEndian(payload[i..]) ^ wide);
        }

        for (; i < payload.Length; i++)
        {
            target[i] = (byte)(payload[i] ^ (byte)_mask);
            _mask = BitOperations.RotateRight(_mask, 8);
        }
    }
}
