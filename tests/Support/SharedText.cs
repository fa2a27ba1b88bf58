using System.Text;

namespace Roost.Tests.Support;

/// <summary>Text that a program under test writes while the test reads it.</summary>
public sealed class SharedText : TextWriter
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value)
    {
        lock (_gate)
        {
            _text.Append(value);
        }
    }

    public override void Write(string? value)
    {
        lock (_gate)
        {
            _text.Append(value);
        }
    }

    public override void WriteLine(string? value) => Write(value + Environment.NewLine);

    public override string ToString()
    {
        lock (_gate)
        {
            return _text.ToString();
        }
    }
}
