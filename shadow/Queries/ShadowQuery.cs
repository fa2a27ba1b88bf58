using System.Diagnostics.CodeAnalysis;
using Roost.Shadow.Store;

namespace Roost.Shadow.Queries;

/// <summary>Which shadows are wanted, and what of them. A query holds no state of its run: it may be asked again for the next page.</summary>
internal sealed class ShadowQuery
{
    /// <summary>Values shown on one page, in bytes; the page ends with the thing that goes beyond.</summary>
    public const int MaxPageBytes = 4 * 1024 * 1024;

    /// <summary>Shadows looked at for one page: it ends there, with fewer things than asked for or none, and the next goes on.</summary>
    public const int MaxLookedAt = 100_000;

    /// <summary>Longest time for one page, which then ends likewise: others wait for their turn.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(1);

    private const int RowsAtOnce = 512;

    private readonly List<FieldPath> _fields;
    private readonly List<int> _selected;
    private readonly Condition? _where;
    private readonly string? _name;

    private ShadowQuery(List<FieldPath> fields, Condition? where, List<int> selected, string? name)
    {
        _fields = fields;
        _where = where;
        _selected = selected;
        _name = name;
        Prefix = where is null ? "" : PrefixIn(where);
    }

    /// <summary>All wanted things begin with it.</summary>
    public string Prefix { get; }

    public IEnumerable<string> Selected => _selected.Select(index => _fields[index].Text);

    /// <param name="where">Null: all shadows.</param>
    /// <param name="select">Null: no values.</param>
    /// <param name="name">Only shadows of this name, <c>""</c> for the classic ones; null for all.</param>
    /// <param name="fault">A sentence for the client when the result is false, and where the text is wrong.</param>
    public static bool TryCreate(string? where, string? select, string? name, [NotNullWhen(true)] out ShadowQuery? query, [NotNullWhen(false)] out (string Text, int Position)? fault)
    {
        (query, fault) = (null, null);
        var fields = new List<FieldPath>();
        Condition? condition = null;
        List<int> selected = [];
        if (where is not null && !FilterParser.TryParse(where, fields, out condition, out var wrong))
        {
            fault = ($"where, character {wrong.Position}: {wrong.Message}", wrong.Position);
        }
        else if (select is not null && !FilterParser.TryParseSelection(select, fields, out selected, out wrong))
        {
            fault = ($"select, character {wrong.Position}: {wrong.Message}", wrong.Position);
        }
        else
        {
            query = new ShadowQuery(fields, condition, selected, name);
            return true;
        }

        return false;
    }

    /// <param name="after">Things up to this one are left out; "" begins at the first.</param>
    /// <param name="maxThings">Things, not shadows.</param>
    public QueryPage Run(JournaledShadowStore store, string after, int maxThings, TimeProvider clock, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var page = new QueryPage();
        var reader = new FieldReader(_fields);
        var scan = store.Scan(after, Prefix);
        var (lookedAt, thing, previous) = (0, "", after);
        while (!scan.IsAtEnd)
        {
            foreach (var shadow in scan.ReadNext(RowsAtOnce))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (shadow.Id.Thing != thing)
                {
                    if (lookedAt >= MaxLookedAt || page.Bytes >= MaxPageBytes || (lookedAt > 0 && clock.GetElapsedTime(began) >= MaxTime))
                    {
                        page.Next = thing;
                        return page;
                    }

                    (previous, thing) = (thing.Length > 0 ? thing : after, shadow.Id.Thing);
                }

                lookedAt++;
                if ((_name is null || _name == shadow.Id.Name) && Holds(reader, shadow, page) && !page.TryAdd(shadow, Values(reader), maxThings))
                {
                    page.Next = previous;
                    return page;
                }
            }
        }

        return page;
    }

    private bool Holds(FieldReader reader, in ScannedShadow shadow, QueryPage page)
    {
        try
        {
            reader.Read(shadow);
            return _where?.Holds(reader.Values) ?? true;
        }
        catch (CorruptShadowException exception)
        {
            page.Damaged.Add(exception.Id);
            return false;
        }
    }

    private FieldValue[] Values(FieldReader reader)
    {
        var values = new FieldValue[_selected.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = reader.Values[_selected[i]];
        }

        return values;
    }

    private string PrefixIn(Condition condition) => condition switch
    {
        AllOf all => all.Parts.Select(PrefixIn).MaxBy(prefix => prefix.Length)!,
        Compare { Comparison: Comparison.Equal } equal when IsThing(equal.Field) && equal.Literal.Kind == FieldKind.String => AsciiStart(equal.Literal.Text),
        Like like when IsThing(like.Field) => AsciiStart(like.Pattern.Start),
        _ => "",
    };

    private bool IsThing(int field) => _fields[field].Root == FieldRoot.Thing;

    // Names of things are ASCII: what stands behind anything else matches nothing, and narrows nothing.
    private static string AsciiStart(string text) => text[..(text.AsSpan().IndexOfAnyExceptInRange(' ', '~') is var end and >= 0 ? end : text.Length)];
}
