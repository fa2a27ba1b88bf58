namespace Roost.Shadow.Watching;

/// <summary>A pattern in which <c>*</c> stands for any characters, none included, and everything else for itself.</summary>
internal sealed class Wildcard
{
    private readonly string _end;
    private readonly Literal[] _between;
    private readonly bool _hasStar;

    public Wildcard(string text)
    {
        var parts = text.Split('*');
        _hasStar = parts.Length > 1;
        Start = parts[0];
        _end = _hasStar ? parts[^1] : "";
        _between = _hasStar ? [.. parts[1..^1].Where(part => part.Length > 0).Select(part => new Literal(part))] : [];
    }

    /// <summary>What stands before the first <c>*</c>.</summary>
    public string Start { get; }

    /// <summary>Takes time in proportion to the length of <paramref name="text"/>, whatever the pattern is.</summary>
    public bool Matches(ReadOnlySpan<char> text)
    {
        if (!_hasStar)
        {
            return text.SequenceEqual(Start);
        }

        if (text.Length < Start.Length + _end.Length || !text.StartsWith(Start) || !text.EndsWith(_end))
        {
            return false;
        }

        var rest = text[Start.Length..^_end.Length];
        foreach (var literal in _between)
        {
            var after = literal.FindEnd(rest);
            if (after < 0)
            {
                return false;
            }

            rest = rest[after..]; // the first place leaves most for those that follow: no other has to be tried
        }

        return true;
    }

    /// <summary>Text that is looked for without ever going back (Knuth, Morris, Pratt).</summary>
    private sealed class Literal
    {
        private readonly string _text;
        private readonly int[] _borders; // of each beginning: the length of the longest shorter one that it ends with

        public Literal(string text)
        {
            _text = text;
            _borders = new int[text.Length];
            for (var (i, border) = (1, 0); i < text.Length; i++)
            {
                border = Extend(border, text[i]);
                _borders[i] = border;
            }
        }

        /// <returns>Where the first occurrence ends; -1 when there is none.</returns>
        public int FindEnd(ReadOnlySpan<char> text)
        {
            var matched = 0;
            for (var i = 0; i < text.Length; i++)
            {
                if (matched == 0)
                {
                    var start = text[i..].IndexOf(_text[0]);
                    if (start < 0)
                    {
                        return -1;
                    }

                    i += start;
                }

                matched = Extend(matched, text[i]);
                if (matched == _text.Length)
                {
                    return i + 1;
                }
            }

            return -1;
        }

        private int Extend(int matched, char next)
        {
            while (matched > 0 && _text[matched] != next)
            {
                matched = _borders[matched - 1];
            }

            return _text[matched] == next ? matched + 1 : 0;
        }
    }
}
