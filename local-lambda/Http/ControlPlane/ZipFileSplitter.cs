using System.Buffers;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>
/// Takes the zip out of a request while it arrives: the value of <c>ZipFile</c>, at the top or in <c>Code</c>, goes to <paramref name="zip"/>, and the rest, with
/// an empty text in its place, is kept. A parser of JSON would hold the 67 MB of that value in memory, and in one piece. What is no JSON is
/// found when the rest is parsed.
/// </summary>
/// <param name="maxRest">Bytes that are kept of the rest.</param>
internal sealed class ZipFileSplitter(Action<ReadOnlySpan<byte>> zip, int maxRest)
{
    private const int MaxDepth = 64;

    private readonly ArrayBufferWriter<byte> _rest = new(1024);
    private readonly byte[] _text = new byte[8]; // the beginning of the text that is being read: a key must be compared with two names
    private int _textLength;
    private ulong _isObject;   // a bit a level
    private int _depth;
    private bool _isKey;       // what comes next, or is being read, is a name of a member
    private bool _inText;
    private bool _inZip;
    private bool _isEscaped;
    private int _hexLeft;
    private int _hex;
    private bool _isZipNext;   // the name just read was ZipFile's
    private bool _isInCode;    // inside of the top level's member Code

    public ReadOnlyMemory<byte> Rest => _rest.WrittenMemory;

    /// <summary>True when the rest is larger than is kept, or nested too deep: the request is to be refused.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>How many zips were found: more than one is nobody's intention.</summary>
    public int Zips { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var plain = _inZip && !_isEscaped && _hexLeft == 0 ? bytes.IndexOfAny((byte)'"', (byte)'\\') : 0;
            if (plain != 0)
            {
                plain = plain < 0 ? bytes.Length : plain;
                zip(bytes[..plain]);
                bytes = bytes[plain..];
                continue;
            }

            if (_inZip)
            {
                AddToZip(bytes[0]);
            }
            else
            {
                Keep(bytes[0]);
                if (_inText)
                {
                    AddToText(bytes[0]);
                }
                else
                {
                    AddToStructure(bytes[0]);
                }
            }

            bytes = bytes[1..];
        }
    }

    private void AddToZip(byte value)
    {
        if (_hexLeft > 0)
        {
            _hex = (_hex << 4) | (Uri.IsHexDigit((char)value) ? Convert.ToInt32(((char)value).ToString(), 16) : 0x1000);
            if (--_hexLeft == 0)
            {
                zip([_hex < 0x80 ? (byte)_hex : (byte)'?']); // ? is no base64
            }
        }
        else if (_isEscaped)
        {
            _isEscaped = false;
            (_hexLeft, _hex) = value == 'u' ? (4, 0) : (0, 0);
            if (value != 'u')
            {
                zip([value switch { (byte)'/' => value, (byte)'n' or (byte)'r' or (byte)'t' => (byte)' ', _ => (byte)'?' }]);
            }
        }
        else if (value == '\\')
        {
            _isEscaped = true;
        }
        else
        {
            _inZip = false;
            Keep(value);
        }
    }

    private void AddToText(byte value)
    {
        if (_isEscaped)
        {
            _isEscaped = false;
            _textLength = _text.Length + 1; // a name with an escape is none of ours
        }
        else if (value == '\\')
        {
            _isEscaped = true;
        }
        else if (value == '"')
        {
            _inText = false;
            if (_isKey)
            {
                var name = _textLength <= _text.Length ? _text.AsSpan(0, _textLength) : [];
                _isZipNext = name.SequenceEqual("ZipFile"u8) && (_depth == 1 || (_depth == 2 && _isInCode));
                _isInCode = _depth == 1 ? name.SequenceEqual("Code"u8) : _isInCode;
            }
        }
        else
        {
            if (_textLength < _text.Length)
            {
                _text[_textLength] = value;
            }

            _textLength = Math.Min(_textLength + 1, _text.Length + 1);
        }
    }

    private void AddToStructure(byte value)
    {
        switch (value)
        {
            case (byte)'"' when _isZipNext && !_isKey:
                (_inZip, _isZipNext) = (true, false);
                Zips++;
                break;
            case (byte)'"':
                (_inText, _textLength) = (true, 0);
                break;
            case (byte)'{' or (byte)'[':
                IsTooLarge |= ++_depth > MaxDepth;
                _isKey = value == '{';
                _isObject = (_isObject << 1) | (_isKey ? 1UL : 0);
                _isZipNext = false;
                break;
            case (byte)'}' or (byte)']':
                _depth--;
                _isObject >>= 1;
                break;
            case (byte)',':
                _isKey = (_isObject & 1) == 1;
                _isZipNext = false;
                break;
            case (byte)':':
                _isKey = false;
                break;
            default:
                break;
        }
    }

    private void Keep(byte value)
    {
        if (_rest.WrittenCount == maxRest)
        {
            IsTooLarge = true;
            return;
        }

        _rest.GetSpan(1)[0] = value;
        _rest.Advance(1);
    }
}
