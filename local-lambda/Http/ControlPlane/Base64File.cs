using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>Decodes base64 that comes in pieces into a file, with its SHA-256. Beyond a limit it only counts.</summary>
internal sealed class Base64File : IDisposable
{
    private const int BlockChars = 64 * 1024;

    private readonly long _maxBytes;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _chars = new byte[BlockChars];
    private readonly byte[] _bytes = new byte[BlockChars];
    private int _length;

    public Base64File(string path, long maxBytes)
    {
        _maxBytes = maxBytes;
        _file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }

    /// <summary>Decoded, the part beyond the limit included.</summary>
    public long Bytes { get; private set; }

    /// <summary>False once something came that is no base64.</summary>
    public bool IsValid { get; private set; } = true;

    public void Append(ReadOnlySpan<byte> chars)
    {
        while (chars.Length > 0)
        {
            if (_length == _chars.Length)
            {
                Decode(isLast: false);
            }

            var part = Math.Min(chars.Length, _chars.Length - _length);
            chars[..part].CopyTo(_chars.AsSpan(_length));
            _length += part;
            chars = chars[part..];
        }
    }

    /// <summary>Nothing comes any more.</summary>
    /// <returns>The SHA-256 of what was decoded, in base64.</returns>
    public string Complete()
    {
        Decode(isLast: true);
        return Convert.ToBase64String(_hash.GetHashAndReset());
    }

    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
    }

    private void Decode(bool isLast)
    {
        // The decoder takes padding in the last block only: four characters stay behind until it is known whether others follow.
        var usable = isLast ? _length : (_length - 4) & ~3;
        var status = Base64.DecodeFromUtf8(_chars.AsSpan(0, usable), _bytes, out var consumed, out var written, isLast);
        IsValid &= status is OperationStatus.Done or OperationStatus.NeedMoreData && (status == OperationStatus.Done || !isLast);
        if (!IsValid)
        {
            _length = 0;
            return;
        }

        _chars.AsSpan(consumed, _length - consumed).CopyTo(_chars);
        _length -= consumed;
        Bytes += written;
        if (Bytes <= _maxBytes)
        {
            _file.Write(_bytes, 0, written);
            _hash.AppendData(_bytes, 0, written);
        }
    }
}
